// Singly linked lists: find by two criteria, reverse, merge sort. Pointer chasing, with few instructions per load.
#include "bench.h"

enum { COUNT = 200 };

struct data {
    int16_t value, index;
};
struct node {
    struct node *next;
    struct data *data;
};
static struct data datas[COUNT];
static struct node nodes[COUNT];

static struct node *find(struct node *list, int16_t index, int16_t value) {
    if (index >= 0) {
        while (list && list->data->index != index) list = list->next;
    } else {
        while (list && (list->data->value & 0xff) != value) list = list->next;
    }
    return list;
}

static struct node *reverse(struct node *list) {
    struct node *reversed = NULL;
    while (list) {
        struct node *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    return reversed;
}

static struct node *merge(struct node *a, struct node *b) {
    struct node *head = NULL, **tail = &head;
    while (a && b) {
        if (a->data->value <= b->data->value) {
            *tail = a;
            a = a->next;
        } else {
            *tail = b;
            b = b->next;
        }
        tail = &(*tail)->next;
    }
    *tail = a ? a : b;
    return head;
}

static struct node *sort(struct node *list, int count) {
    if (count < 2) {
        if (list) list->next = NULL;
        return list;
    }
    struct node *middle = list;
    for (int i = 0; i < count / 2; i++) middle = middle->next;
    struct node *right = sort(middle, count - count / 2);
    return merge(sort(list, count / 2), right);
}

KERNEL(n) {
    uint32_t seed = n + 7, sum = 0;
    for (int i = 0; i < COUNT; i++) {
        datas[i] = (struct data){(int16_t)(next_random(&seed) & 0x7fff), (int16_t)i};
        nodes[i] = (struct node){i + 1 < COUNT ? &nodes[i + 1] : NULL, &datas[i]};
    }
    struct node *list = nodes;
    for (uint32_t round = 0; round < n; round++) {
        for (int i = 0; i < 16; i++) {
            uint32_t random = next_random(&seed);
            struct node *found = find(list, i & 1 ? -1 : (int16_t)(random % COUNT), random & 0xff);
            if (found) sum = mix(sum, (uint32_t)(found->data->value ^ found->data->index));
            list = reverse(list);
        }
        list->data->value ^= (int16_t)(sum & 0x7fff);
        if (round % 4 == 3) list = sort(list, COUNT);
    }
    for (struct node *node = list; node; node = node->next) sum = mix(sum, (uint32_t)node->data->value);
    return sum;
}
