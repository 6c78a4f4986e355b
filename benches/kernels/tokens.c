// A tokeniser as a state machine over bytes, and a number parser: branches that nothing predicts, a dense switch.
#include "bench.h"

static const char text[] =
    "fn pid(set: f32, now: f32) -> f32 { let e = set - now; self.i += e * 0.25; /* wind-up */ return 17 * e + 0x1f; }\n"
    "if (limit >= 4096 && !armed) { log(\"over \\\"limit\\\"\", limit); state = IDLE; } // 3 tries\n"
    "while a<b{a=a*2+b%3;b=b-1;}sum=sum+12.5e-3*(x1+y_2)/0xdeadBEEF;\n";

enum state { START, NAME, NUMBER, HEX, FRACTION, EXPONENT, STRING, ESCAPE, SLASH, LINE, BLOCK, STAR, STATES };

static char input[sizeof text];
static uint32_t counts[STATES];

static int is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
static int is_digit(char c) { return c >= '0' && c <= '9'; }

static uint32_t scan(uint32_t sum) {
    enum state state = START;
    uint32_t number = 0;
    for (const char *p = input; *p;) {
        char c = *p;
        switch (state) {
        case START:
            if (is_letter(c) || c == '_') state = NAME;
            else if (c == '0' && p[1] == 'x') state = HEX, number = 0, p++;
            else if (is_digit(c)) state = NUMBER, number = (uint32_t)(c - '0');
            else if (c == '"') state = STRING;
            else if (c == '/') state = SLASH;
            else if (c != ' ' && c != '\n') sum = mix(sum, (uint8_t)c);
            p++;
            continue;
        case NAME:
            if (is_letter(c) || is_digit(c) || c == '_') { sum = sum * 31 + (uint8_t)c; p++; continue; }
            break;
        case NUMBER:
            if (is_digit(c)) { number = number * 10 + (uint32_t)(c - '0'); p++; continue; }
            if (c == '.') { state = FRACTION; p++; continue; }
            break;
        case HEX:
            if (is_digit(c)) { number = number << 4 | (uint32_t)(c - '0'); p++; continue; }
            if ((c | 32) >= 'a' && (c | 32) <= 'f') { number = number << 4 | (uint32_t)((c | 32) - 'a' + 10); p++; continue; }
            break;
        case FRACTION:
            if (is_digit(c)) { number = number * 10 + (uint32_t)(c - '0'); p++; continue; }
            if ((c | 32) == 'e') { state = EXPONENT; p++; continue; }
            break;
        case EXPONENT:
            if (is_digit(c) || c == '-' || c == '+') { number += (uint8_t)c; p++; continue; }
            break;
        case STRING:
            p++;
            if (c == '\\') { state = ESCAPE; continue; }
            if (c != '"') { sum ^= (uint8_t)c; continue; }
            break;
        case ESCAPE: state = STRING; p++; continue;
        case SLASH:
            if (c == '/') { state = LINE; p++; continue; }
            if (c == '*') { state = BLOCK; p++; continue; }
            break;
        case LINE: if (c != '\n') { p++; continue; } break;
        case BLOCK: state = c == '*' ? STAR : BLOCK; p++; continue;
        case STAR:
            p++;
            if (c != '/') { state = c == '*' ? STAR : BLOCK; continue; }
            break;
        default: break;
        }
        counts[state]++;
        sum = mix(sum, number + (uint32_t)state);
        state = START;
    }
    return sum;
}

KERNEL(n) {
    uint32_t seed = n + 8, sum = 0;
    for (size_t i = 0; i < sizeof text; i++) input[i] = text[i];
    for (uint32_t round = 0; round < n; round++) {
        sum = scan(sum);
        char *c = &input[next_random(&seed) % (sizeof text - 1)];
        if (is_digit(*c)) *c = (char)('0' + sum % 10);
    }
    for (int i = 0; i < STATES; i++) sum = mix(sum, counts[i]);
    return sum;
}
