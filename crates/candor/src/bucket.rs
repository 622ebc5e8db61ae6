//! A bucket of an S3-compatible store, as a place for an export. Beside the calls of models this is the only thing that leaves the machine, and only where somebody
//! named a bucket. Not what an export holds.

use std::future::Future;
use std::path::Path;

use candor_trace::parquet::{Change, MANIFEST, Manifest};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutPayload, WriteMultipart};
use tokio::runtime::Runtime;

use crate::problem::Problem;
use crate::settings;

/// How much of a file is sent at once.
const PIECE: usize = 8 << 20;

/// Bytes of a manifest at most.
const MOST_MANIFEST: u64 = 64 << 20;

/// Which variables say who asks; one of them must be there.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_METADATA_ENDPOINT",
];

/// The place, where it names a bucket.
pub(crate) fn named(place: &str) -> Option<&str> {
    place.starts_with("s3://").then_some(place)
}

/// A place in a bucket.
pub(crate) struct Bucket {
    place: String,
    store: Box<dyn ObjectStore>,
    prefix: object_store::path::Path,
    runtime: Runtime,
}

impl Bucket {
    /// Opens `s3://BUCKET/PREFIX` with what the environment says; asks nobody yet.
    pub(crate) fn open(place: &str) -> Result<Self, Problem> {
        let misnamed = || {
            Problem::usage(format!(
                "--parquet: expected a folder or s3://BUCKET/PREFIX, found {}",
                place.escape_debug()
            ))
            .hint("s3://my-bucket/traces")
        };
        let (bucket, prefix) =
            place.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, ""))).ok_or_else(misnamed)?;
        if bucket.is_empty() {
            return Err(misnamed());
        }
        let prefix = object_store::path::Path::parse(prefix.trim_end_matches('/')).map_err(|_| misnamed())?;
        let said = settings::variables("AWS_");
        if !said.iter().any(|(name, _)| CREDENTIALS.contains(&name.as_str())) {
            // Else the metadata service of a cloud machine would be asked, wherever this runs.
            return Err(Problem::configuration(format!("{place}: expected credentials in the environment, found none"))
                .hint("export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_REGION=… (and AWS_ENDPOINT_URL=… for another store than Amazon's)")
                .hint("on a machine with a role of its own: export AWS_METADATA_ENDPOINT=http://169.254.169.254"));
        }
        let mut builder = AmazonS3Builder::new().with_bucket_name(bucket);
        for (name, value) in said {
            // Others of that beginning are for other programs.
            if let Ok(key) = name.to_ascii_lowercase().parse() {
                builder = builder.with_config(key, value);
            }
        }
        let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint).unwrap_or_default();
        // Nobody listens between this machine and itself.
        if ["http://127.0.0.1", "http://[::1]", "http://localhost"].iter().any(|here| endpoint.starts_with(here)) {
            builder = builder.with_allow_http(true);
        }
        let store = builder.build().map_err(|error| failed(place, "opened", &error))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Problem::internal(format!("cannot wait for a store: {error}")))?;
        Ok(Self { place: place.trim_end_matches('/').to_owned(), store: Box::new(store), prefix, runtime })
    }

    /// The manifest of the export that stands there, where one does.
    pub(crate) fn manifest(&self) -> Result<Option<Manifest>, Problem> {
        let at = self.at(MANIFEST);
        let bytes = self.wait(async {
            match self.store.get(&at).await {
                // A bucket that is not there is known before everything is read.
                Err(error @ Error::NotFound { .. }) if error.to_string().contains("NoSuchBucket") => Err(error),
                Err(Error::NotFound { .. }) => Ok(None),
                Ok(found) if found.meta.size > MOST_MANIFEST => Ok(Some(None)),
                Ok(found) => found.bytes().await.map(|bytes| Some(Some(bytes))),
                Err(error) => Err(error),
            }
        });
        let place = format!("{}/{MANIFEST}", self.place);
        match bytes.map_err(|error| failed(&place, "read", &error))? {
            None => Ok(None),
            Some(bytes) => match bytes.as_deref().and_then(Manifest::read) {
                Some(manifest) => Ok(Some(manifest)),
                None => {
                    Err(Problem::input(format!("{place}: expected the manifest of an export, found something else"))
                        .hint("name a prefix of its own"))
                }
            },
        }
    }

    /// Sends staged files: those that the manifest there does not name with the same content, then the manifest; then takes away what is not meant any more.
    pub(crate) fn settle(
        &self,
        staged: &Path,
        before: Option<&Manifest>,
        manifest: &Manifest,
    ) -> Result<Vec<(String, Change)>, Problem> {
        let mut changes = Vec::with_capacity(manifest.files.len());
        for file in &manifest.files {
            let named = before.and_then(|before| before.find(&file.path)).is_some_and(|there| there == file);
            let change = if named && self.holds(&file.path, file.bytes)? {
                Change::Kept
            } else {
                self.send(&file.path, &staged.join(&file.path))?;
                Change::Written
            };
            changes.push((file.path.clone(), change));
        }
        let bytes = manifest.to_bytes().map_err(|error| Problem::internal(error.to_string()))?;
        let at = self.at(MANIFEST);
        let sent = self.wait(self.store.put(&at, PutPayload::from(bytes)));
        sent.map_err(|error| failed(&format!("{}/{MANIFEST}", self.place), "written", &error))?;
        for gone in
            before.map_or(&[][..], |before| &before.files).iter().filter(|file| manifest.find(&file.path).is_none())
        {
            let at = self.at(&gone.path);
            let removed = self.wait(self.store.delete(&at));
            removed.map_err(|error| failed(&format!("{}/{}", self.place, gone.path), "removed", &error))?;
            changes.push((gone.path.clone(), Change::Removed));
        }
        Ok(changes)
    }

    /// Whether an object of that length is there.
    fn holds(&self, name: &str, bytes: u64) -> Result<bool, Problem> {
        let at = self.at(name);
        match self.wait(self.store.head(&at)) {
            Ok(meta) => Ok(meta.size == bytes),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(&format!("{}/{name}", self.place), "looked at", &error)),
        }
    }

    /// Sends a file in pieces; it appears whole or not at all.
    fn send(&self, name: &str, path: &Path) -> Result<(), Problem> {
        let at = self.at(name);
        let read = |error: std::io::Error| Problem::reading(path, &error);
        let sent = |error: Error| failed(&format!("{}/{name}", self.place), "written", &error);
        let mut file = std::fs::File::open(path).map_err(read)?;
        let size = file.metadata().map_err(read)?.len();
        if size <= PIECE as u64 {
            let bytes = std::fs::read(path).map_err(read)?;
            return self.wait(self.store.put(&at, PutPayload::from(bytes))).map(drop).map_err(sent);
        }
        self.wait(async {
            let upload = self.store.put_multipart(&at).await.map_err(sent)?;
            let mut upload = WriteMultipart::new_with_chunk_size(upload, PIECE);
            let mut piece = vec![0; PIECE];
            loop {
                let count = std::io::Read::read(&mut file, &mut piece).map_err(read)?;
                if count == 0 {
                    return upload.finish().await.map(drop).map_err(sent);
                }
                upload.wait_for_capacity(2).await.map_err(sent)?;
                upload.write(&piece[..count]);
            }
        })
    }

    fn at(&self, name: &str) -> object_store::path::Path {
        // An equals sign is kept as it is, as in every export of others.
        name.split('/').fold(self.prefix.clone(), object_store::path::Path::join)
    }

    fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }
}

fn failed(place: &str, doing: &str, error: &Error) -> Problem {
    let said = error.to_string();
    let tag = |name: &str| {
        let (_, from) = said.split_once(&format!("<{name}>"))?;
        from.split_once(&format!("</{name}>")).map(|(inside, _)| inside)
    };
    // What an S3-compatible store answers is XML; of that only code and message are for people.
    let told = match (tag("Code"), tag("Message")) {
        (Some(code), Some(message)) => format!("the store says {code}: {message}"),
        _ => said.clone(),
    };
    let words: Vec<&str> = told.split_whitespace().collect();
    let words: String = words.join(" ").chars().filter(|c| !c.is_control()).take(400).collect();
    Problem::input(format!("{place}: could not be {doing}: {words}"))
        .hint("AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say where and who; AWS_ALLOW_HTTP=true allows plain HTTP")
}
