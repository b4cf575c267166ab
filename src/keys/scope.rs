//! What a key may do. Each route of the open API needs exactly one scope.

/// A scope; the order is "least first".
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::EnumIter,
)]
pub enum Scope {
    #[strum(serialize = "jobs:read")]
    JobsRead,
    #[strum(serialize = "artifacts:read")]
    ArtifactsRead,
    #[strum(serialize = "jobs:write")]
    JobsWrite,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it allows, for people.
    pub fn grants(self) -> &'static str {
        match self {
            Self::JobsRead => "Read projects, jobs and their results.",
            Self::ArtifactsRead => "Download page images, text and other files of a result.",
            Self::JobsWrite => "Create projects and jobs, upload files and start processing.",
        }
    }
}

/// A set of scopes, sorted, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Folds duplicates; `None` when there is nothing in it.
    pub fn new(mut scopes: Vec<Scope>) -> Option<Self> {
        scopes.sort_unstable();
        scopes.dedup();
        (!scopes.is_empty()).then_some(Self(scopes))
    }

    /// The column's form: names with a space between.
    pub fn to_column(&self) -> String {
        self.names().join(" ")
    }

    /// A name in the table that this version does not know grants nothing.
    pub fn from_column(text: &str) -> Self {
        Self(
            text.split(' ')
                .filter_map(|name| name.parse().ok())
                .collect(),
        )
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|scope| scope.as_str()).collect()
    }

    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_fold_and_survive_the_column() {
        let scopes =
            Scopes::new(vec![Scope::JobsWrite, Scope::JobsRead, Scope::JobsWrite]).unwrap();
        assert_eq!(scopes.to_column(), "jobs:read jobs:write");
        assert_eq!(Scopes::from_column(&scopes.to_column()), scopes);
        assert_eq!(Scopes::new(vec![]), None);
    }

    #[test]
    fn an_unknown_scope_in_the_table_grants_nothing() {
        let scopes = Scopes::from_column("jobs:admin * jobs:read");
        assert_eq!(scopes.names(), ["jobs:read"]);
        assert!(!scopes.contains(Scope::JobsWrite));
        assert!(Scopes::from_column("").names().is_empty());
    }
}
