//! Names of interfaces, and which of their versions go together.

use std::fmt;

/// `namespace:package/interface`, perhaps with `@version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceName<'a> {
    /// Without the version.
    pub base: &'a str,
    pub version: Option<Version<'a>>,
}

/// A semantic version; build metadata does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version<'a> {
    numbers: [u64; 3],
    /// After the `-`. A version without it is a release, and comes after those with it.
    pre: Option<&'a str>,
}

impl<'a> InterfaceName<'a> {
    /// `None` for a plain name.
    pub fn parse(name: &'a str) -> Option<Self> {
        let (base, version) = match name.split_once('@') {
            Some((base, version)) => (base, Some(Version::parse(version)?)),
            None => (name, None),
        };
        let (namespace, path) = base.split_once(':')?;
        let (package, interface) = path.split_once('/')?;
        let whole = [namespace, package, interface].iter().all(|part| !part.is_empty());
        (whole && namespace != "url" && !namespace.contains('=')).then_some(InterfaceName { base, version })
    }

    /// May an export of this name serve an import of `wanted`? The same interface in versions of one track: the first
    /// number of the version that is not zero is the same, and so is all before it. Pre-releases go with themselves
    /// alone.
    pub fn serves(&self, wanted: &InterfaceName<'_>) -> bool {
        self.base == wanted.base
            && match (&self.version, &wanted.version) {
                (None, None) => true,
                (Some(a), Some(b)) => a == b || (a.pre.is_none() && b.pre.is_none() && a.track() == b.track()),
                _ => false,
            }
    }
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.split('+').next()?;
        let (numbers, pre) = match text.split_once('-') {
            Some((numbers, pre)) => (numbers, Some(pre)),
            None => (text, None),
        };
        let mut parts = numbers.split('.').map(str::parse);
        let mut next = || parts.next()?.ok();
        let numbers = [next()?, next()?, next()?];
        parts.next().is_none().then_some(Version { numbers, pre })
    }

    /// `1.2.3` -> `1`, `0.2.3` -> `0.2`, `0.0.3` -> `0.0.3`.
    fn track(&self) -> &[u64] {
        let first = self.numbers.iter().position(|number| *number != 0).unwrap_or(2);
        &self.numbers[..=first]
    }

    /// Is it older than `other`? Of one pair of numbers, a pre-release is.
    pub fn older_than(&self, other: &Version<'_>) -> bool {
        (self.numbers, self.pre.is_none()) < (other.numbers, other.pre.is_none())
    }
}

impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        self.pre.map_or(Ok(()), |pre| write!(f, "-{pre}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name = InterfaceName::parse("demo:api/svc@1.2.3-rc.1+build").expect("a name");
        assert_eq!((name.base, name.version.expect("a version").to_string().as_str()), ("demo:api/svc", "1.2.3-rc.1"));
        assert!(InterfaceName::parse("demo:api/svc").is_some_and(|name| name.version.is_none()));
        for plain in ["svc", "demo:api", "demo:api/svc@1", "demo:api/svc@1.2.x", "unlocked-dep=<a:b/c>", ":a/b", ""] {
            assert_eq!(InterfaceName::parse(plain), None, "{plain}");
        }
    }

    #[test]
    fn versions_of_one_track() {
        let serves = |exported: &str, imported: &str| {
            let name = |version: &str| format!("a:b/c{version}");
            let (exported, imported) = (name(exported), name(imported));
            InterfaceName::parse(&exported)
                .expect("a name")
                .serves(&InterfaceName::parse(&imported).expect("another name"))
        };
        for (exported, imported) in
            [("", ""), ("@1.5.0", "@1.0.2"), ("@0.2.0", "@0.2.9"), ("@0.0.3", "@0.0.3"), ("@1.0.0-a", "@1.0.0-a+b")]
        {
            assert!(serves(exported, imported), "{exported} {imported}");
        }
        for (exported, imported) in [
            ("", "@1.0.0"),
            ("@1.0.0", ""),
            ("@2.0.0", "@1.0.0"),
            ("@0.3.0", "@0.2.0"),
            ("@0.0.3", "@0.0.4"),
            ("@1.0.0-a", "@1.0.0"),
            ("@1.0.0-a", "@1.0.0-b"),
        ] {
            assert!(!serves(exported, imported), "{exported} {imported}");
        }
    }
}
