//! Shapes and texts as SVG.

use std::fmt::Write;

/// A picture under construction.
#[derive(Debug, Default)]
pub struct Canvas {
    body: String,
}

/// Fonts whose letters are as wide as each other: what fits is known without asking the font.
const FONT: &str = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace";

/// The width of a letter for each unit of the font's size, rounded up.
const LETTER: f64 = 0.61;

/// How wide a text is at most.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * LETTER
}

/// The text, or as much of it as fits.
pub fn fitting(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_string();
    }
    let letters = (room / (size * LETTER)).floor().max(1.0) as usize;
    let mut out: String = text.chars().take(letters - 1).collect();
    out.push('…');
    out
}

#[derive(Clone, Copy, Debug)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Canvas {
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), style: &str) {
        let _ = writeln!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {style}/>",
            number(x),
            number(y),
            number(width.max(0.0)),
            number(height.max(0.0))
        );
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), style: &str) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
        let _ = writeln!(self.body, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {style}/>");
    }

    pub fn path(&mut self, points: &[(f64, f64)], style: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        let _ = writeln!(self.body, "<polyline points=\"{}\" fill=\"none\" {style}/>", points.join(" "));
    }

    /// `y` is the middle of the line.
    pub fn text(&mut self, (x, y): (f64, f64), size: f64, anchor: Anchor, text: &str) {
        self.styled((x, y), size, anchor, "", text);
    }

    pub fn bold(&mut self, at: (f64, f64), size: f64, anchor: Anchor, text: &str) {
        self.styled(at, size, anchor, " font-weight=\"bold\"", text);
    }

    fn styled(&mut self, (x, y): (f64, f64), size: f64, anchor: Anchor, style: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor}{style}>{}</text>",
            number(x),
            number(y + size * 0.35),
            number(size),
            escaped(text)
        );
    }

    /// What is drawn until the result is a hint when the mouse rests on it.
    pub fn hint(&mut self, text: &str, draw: impl FnOnce(&mut Canvas)) {
        let _ = writeln!(self.body, "<g><title>{}</title>", escaped(text));
        draw(self);
        self.body += "</g>\n";
    }

    /// The whole file. `definitions` are patterns.
    pub fn finish(self, (width, height): (f64, f64), title: &str, definitions: &str) -> String {
        let (width, height) = (number(width.ceil()), number(height.ceil()));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{FONT}\" fill=\"#000\">\n<title>{}</title>\n\
             <defs>\n{definitions}</defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n{}</svg>\n",
            escaped(title),
            self.body
        )
    }
}

/// At most one digit after the point.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_string()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_their_room() {
        assert_eq!(fitting("sampler", 10.0, 100.0), "sampler");
        let cut = fitting("a-component-with-a-long-name: memory", 10.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 10.0) <= 100.0, "{cut}");
        assert_eq!(number(3.04), "3");
        assert_eq!(escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
    }
}
