//! Lists that go over several pages.

use super::key_rows::grouped;

/// Where a list stands, and how to go on.
pub struct Pages {
    /// `21–40 of 1,204`.
    pub words: String,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// A page of a list, counted from one, as a URL says it.
#[derive(Clone, Copy)]
pub struct PageNumber {
    number: i64,
    per_page: i64,
}

impl PageNumber {
    /// What is no number asks for the first page.
    pub fn parse(text: &str, per_page: i64) -> Self {
        Self {
            number: text.parse().unwrap_or(1).clamp(1, 1_000_000),
            per_page,
        }
    }

    pub fn offset(self) -> i64 {
        (self.number - 1) * self.per_page
    }

    /// The last page, when this one lies past the end: an old link may lead there.
    pub fn within(self, total: i64) -> Self {
        let last = ((total + self.per_page - 1) / self.per_page).max(1);
        Self {
            number: self.number.min(last),
            ..self
        }
    }

    pub fn pages(self, total: i64, href: impl Fn(i64) -> String) -> Pages {
        let last = self.offset().saturating_add(self.per_page).min(total);
        Pages {
            words: format!(
                "{}–{} of {}",
                grouped(self.offset() + 1),
                grouped(last),
                grouped(total)
            ),
            previous: (self.number > 1).then(|| href(self.number - 1)),
            next: (last < total).then(|| href(self.number + 1)),
        }
    }
}

/// A path with what its query says; empty values are left out.
pub fn href(path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The number of a page as a query says it: nothing for the first.
pub fn said(number: i64) -> String {
    match number {
        1 => String::new(),
        number => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_tells_where_it_stands() {
        let href = |number: i64| href("/x", &[("q", "a b"), ("page", &said(number))]);
        let pages = PageNumber::parse("2", 20).pages(1_204, href);
        assert_eq!(pages.words, "21–40 of 1,204");
        assert_eq!(pages.previous.unwrap(), "/x?q=a+b");
        assert_eq!(pages.next.unwrap(), "/x?q=a+b&page=3");
        let pages = PageNumber::parse("99", 20).within(41).pages(41, href);
        assert_eq!(pages.words, "41–41 of 41");
        assert!(pages.next.is_none());
        assert_eq!(PageNumber::parse("-3", 20).within(0).offset(), 0);
    }
}
