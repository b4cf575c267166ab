//! Where files are kept, as the settings say: a folder, or a bucket of an S3-compatible store.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use rusty_s3::UrlStyle;
use url::Url;

const SETTING: &str = "PLANGREP_BLOBS_URL";

#[derive(Clone, Debug)]
pub enum Place {
    Folder(PathBuf),
    Bucket(Box<BucketPlace>),
}

/// A bucket, and how it is reached.
#[derive(Clone)]
pub struct BucketPlace {
    /// The store's own URL, the bucket's name, the region, and how the two make URLs.
    pub address: rusty_s3::Bucket,
    /// Without a slash at its ends; empty: the whole bucket.
    pub prefix: String,
    endpoint: String,
    is_virtual_hosted: bool,
    /// Credentials among them.
    variables: Variables,
}

/// The `AWS_…` variables.
pub type Variables = BTreeMap<String, String>;

/// The setting that is wrong, and what it must be.
type Problem = (&'static str, String);

/// Any of these means that credentials come from somewhere else than two variables.
const PROVIDERS: [&str; 4] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_METADATA_ENDPOINT",
];

impl Place {
    /// Understands the setting; `variables` are asked for a bucket only.
    pub fn parse(
        url: Option<&str>,
        data_dir: &Path,
        variables: impl FnOnce() -> Variables,
    ) -> Result<Self, Problem> {
        let Some(url) = url else {
            return Ok(Self::Folder(data_dir.join("blobs")));
        };
        if let Some(path) = url.strip_prefix("file://").filter(|path| !path.is_empty()) {
            return Ok(Self::Folder(PathBuf::from(path)));
        }
        match url.strip_prefix("s3://") {
            Some(bucket) => {
                BucketPlace::parse(bucket, variables()).map(|bucket| Self::Bucket(Box::new(bucket)))
            }
            None => Err((
                SETTING,
                "must be file:// and a folder, or s3://bucket/prefix".to_owned(),
            )),
        }
    }
}

impl BucketPlace {
    fn parse(bucket: &str, mut variables: Variables) -> Result<Self, Problem> {
        variables.retain(|_, value| !value.trim().is_empty());
        let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let prefix = prefix.trim_matches('/');
        // Plain characters only: so a name is the same in a path, in a URL and in a signature.
        let is_plain = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let has_good_parts = |text: &str| {
            text.split('/')
                .all(|part| !["", ".", ".."].contains(&part) && is_plain(part))
        };
        if name.len() < 3 || !has_good_parts(name) {
            return Err((
                SETTING,
                "must name a bucket, such as s3://plans or s3://plans/plangrep".to_owned(),
            ));
        }
        if !prefix.is_empty() && !has_good_parts(prefix) {
            return Err((
                SETTING,
                "has a prefix with other characters than letters, digits, `.`, `_`, `-` and `/`"
                    .to_owned(),
            ));
        }
        check_credentials(&variables)?;
        let said = |names: &[&str]| names.iter().find_map(|name| variables.get(*name).cloned());
        let region =
            said(&["AWS_REGION", "AWS_DEFAULT_REGION"]).unwrap_or_else(|| "us-east-1".to_owned());
        let is_virtual_hosted = flag(&variables, "AWS_VIRTUAL_HOSTED_STYLE_REQUEST")?;
        let endpoint = said(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"])
            .unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        // Some write the bucket's own host here.
        let endpoint = match is_virtual_hosted {
            true => endpoint.replacen(&format!("://{name}."), "://", 1),
            false => endpoint,
        };
        let url = Url::parse(&endpoint)
            .ok()
            .filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
            .ok_or_else(|| {
                (
                    "AWS_ENDPOINT_URL",
                    "must be an http:// or https:// URL, such as https://minio.example.com:9000"
                        .to_owned(),
                )
            })?;
        if url.scheme() == "http" && !flag(&variables, "AWS_ALLOW_HTTP")? {
            return Err((
                "AWS_ALLOW_HTTP",
                "must be true for files and signatures to travel unencrypted to AWS_ENDPOINT_URL"
                    .to_owned(),
            ));
        }
        let style = match is_virtual_hosted {
            true => UrlStyle::VirtualHost,
            false => UrlStyle::Path,
        };
        let address = rusty_s3::Bucket::new(url, style, name.to_owned(), region)
            .map_err(|_| (SETTING, format!("the bucket {name} cannot be in a URL")))?;
        Ok(Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            address,
            prefix: prefix.to_owned(),
            is_virtual_hosted,
            variables,
        })
    }

    /// What opens the bucket, with everything but how HTTP is spoken.
    pub fn builder(&self) -> AmazonS3Builder {
        let endpoint = match self.is_virtual_hosted {
            true => self.address.base_url().as_str().trim_end_matches('/'),
            false => &self.endpoint,
        };
        let mut builder = AmazonS3Builder::new();
        for (name, value) in &self.variables {
            let key = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>();
            if let Ok(key) = key
                // A checksum of each part would be wanted from those who send the parts, too.
                && !matches!(key, AmazonS3ConfigKey::Checksum | AmazonS3ConfigKey::S3Endpoint)
            {
                builder = builder.with_config(key, value);
            }
        }
        builder
            .with_bucket_name(self.address.name())
            .with_region(self.address.region())
            .with_endpoint(endpoint)
            .with_allow_http(true)
            .with_virtual_hosted_style_request(self.is_virtual_hosted)
    }
}

fn check_credentials(variables: &Variables) -> Result<(), Problem> {
    let [key, secret] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let missing = match (variables.contains_key(key), variables.contains_key(secret)) {
        (true, true) => return Ok(()),
        (false, false) if PROVIDERS.iter().any(|name| variables.contains_key(*name)) => {
            return Ok(());
        }
        (false, _) => key,
        (true, false) => secret,
    };
    Err((
        missing,
        format!(
            "must be set when {SETTING} is a bucket (or one of {})",
            PROVIDERS.join(", ")
        ),
    ))
}

fn flag(variables: &Variables, name: &'static str) -> Result<bool, Problem> {
    match variables.get(name).map_or("false", |value| value.trim()) {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err((name, "must be true or false".to_owned())),
    }
}

impl fmt::Debug for BucketPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the variables: secrets are among them.
        formatter
            .debug_struct("BucketPlace")
            .field("address", &self.address)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str, variables: &[(&str, &str)]) -> Result<Place, Problem> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Place::parse(Some(url), Path::new("data"), || variables)
    }

    const KEYS: [(&str, &str); 2] = [
        ("AWS_ACCESS_KEY_ID", "reader"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
    ];

    #[test]
    fn a_bucket_is_reached_in_either_style() {
        for (url, more, base, prefix) in [
            (
                "s3://plans",
                &[][..],
                "https://s3.us-east-1.amazonaws.com/plans/",
                "",
            ),
            (
                "s3://plans/a/b/",
                &[
                    ("AWS_ENDPOINT_URL", "http://127.0.0.1:9000"),
                    ("AWS_ALLOW_HTTP", "true"),
                ],
                "http://127.0.0.1:9000/plans/",
                "a/b",
            ),
            (
                "s3://plans",
                &[
                    ("AWS_ENDPOINT_URL", "https://plans.s3.example.com"),
                    ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true"),
                ],
                "https://plans.s3.example.com/",
                "",
            ),
            (
                "s3://plans",
                &[
                    ("AWS_DEFAULT_REGION", "eu-central-1"),
                    ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true"),
                ],
                "https://plans.s3.eu-central-1.amazonaws.com/",
                "",
            ),
        ] {
            let Place::Bucket(bucket) = parse(url, &[&KEYS[..], more].concat()).unwrap() else {
                panic!("{url}");
            };
            assert_eq!(bucket.address.base_url().as_str(), base);
            assert_eq!(bucket.prefix, prefix);
            assert!(!format!("{bucket:?}").contains("hush"));
        }
    }

    #[test]
    fn what_is_wrong_or_missing_is_named() {
        let http = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9000");
        for (url, variables, setting) in [
            ("ftp://plans", &KEYS[..], SETTING),
            ("file://", &KEYS, SETTING),
            ("s3://", &KEYS, SETTING),
            ("s3://a b", &KEYS, SETTING),
            ("s3://plans/a//b", &KEYS, SETTING),
            ("s3://plans/../b", &KEYS, SETTING),
            ("s3://plans", &[], "AWS_ACCESS_KEY_ID"),
            ("s3://plans", &KEYS[1..], "AWS_ACCESS_KEY_ID"),
            ("s3://plans", &KEYS[..1], "AWS_SECRET_ACCESS_KEY"),
            ("s3://plans", &[KEYS[0], KEYS[1], http], "AWS_ALLOW_HTTP"),
            (
                "s3://plans",
                &[KEYS[0], KEYS[1], http, ("AWS_ALLOW_HTTP", "yes")],
                "AWS_ALLOW_HTTP",
            ),
            (
                "s3://plans",
                &[KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", "minio:9000")],
                "AWS_ENDPOINT_URL",
            ),
            (
                "s3://plans",
                &[
                    KEYS[0],
                    KEYS[1],
                    ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "maybe"),
                ],
                "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
            ),
        ] {
            assert_eq!(parse(url, variables).unwrap_err().0, setting, "{url}");
        }
    }
}
