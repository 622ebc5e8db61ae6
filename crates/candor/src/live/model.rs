//! Who is asked: `pebble`, which answers inside this program, or `PROVIDER:MODEL` with the key that the configuration or the vendor's usual variable names. What a call
//! costs stands beside who answers it.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use candor_audit::live::Task;
use candor_audit::live::runner::{Answered, Asks, Unanswered};
use candor_audit::live::task::{Form, Item, Wording};
use candor_llm::client::{Failed, How};
use candor_llm::protocol::chat::{ChatCompletions, ChatDialect};
use candor_llm::protocol::codec;
use candor_llm::transport::http::{Http, Route};
use candor_llm::transport::{Boxed, Request, Transport};
use candor_llm::{Auth, Call, Client, Codec, Dialect, Provider, Usage, providers};
use candor_pebble::{Pebble, Served, Truth, problems};
use candor_record::Digest;
use candor_stats::Seed;
use candor_trace::Money;
use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::{Asked, Judge};
use crate::config::Config;
use crate::exam::{FAMILIES, Kind};
use crate::problem::Problem;
use crate::settings::{Settings, variable};

/// The model inside this program, and its own questions.
pub(crate) const PEBBLE: &str = "pebble";

/// How many of its own questions there are, unless fewer are wanted.
const OWN_QUESTIONS: usize = 240;

/// The seed of its own questions: the same for everybody.
const OWN_SEED: u64 = 2026;

/// What tokens cost.
pub(crate) type Tariff = Box<dyn Fn(&Usage) -> Option<Money> + Sync>;

/// A model that can be asked.
pub(crate) struct Model {
    /// Who serves it.
    pub(crate) provider: String,
    /// What it is called there.
    pub(crate) name: String,
    /// It is a planted process, not a language model.
    pub(crate) planted: bool,
    /// It answers on this machine.
    pub(crate) near: bool,
    /// Who answers.
    pub(crate) asks: Box<dyn Asks>,
    /// What tokens cost; `None` from it where that is not known.
    pub(crate) tariff: Tariff,
}

/// All models of a run, and what drives their calls.
pub(crate) struct Models {
    /// In the order of the plan.
    pub(crate) all: Vec<Model>,
    /// Who judges their replies, where the plan names somebody.
    pub(crate) judge: Option<Judge>,
    /// One thread: calls wait, they do not compute.
    pub(crate) runtime: Runtime,
}

impl Models {
    /// The models of a plan.
    pub(crate) fn of(asked: &Asked, settings: &Settings) -> Result<Self, Problem> {
        if let Some(at) = (1..asked.on.len()).find(|at| asked.on[..*at].contains(&asked.on[*at])) {
            return Err(Problem::usage(format!("--on: expected each model once, found `{}` twice", asked.on[at])));
        }
        let config = Config::read(settings)?;
        let all = asked.on.iter().map(|name| model(name, asked, &config)).collect::<Result<_, _>>()?;
        let judge = asked.judge.as_ref().map(|name| model(name, asked, &config)).transpose()?;
        let judge = judge.map(|model| Judge::of(model, asked)).transpose()?;
        Ok(Self { all, judge, runtime: runtime()? })
    }

    /// Everybody whose calls cost something.
    pub(crate) fn paid(&self) -> impl Iterator<Item = &Model> {
        self.all.iter().chain(self.judge.as_ref().map(|judge| &judge.model))
    }

    /// The models of a plan, none of which can be asked: what their calls cost is known, and no key is looked for.
    pub(crate) fn silent(asked: &Asked, settings: &Settings) -> Result<Self, Problem> {
        let config = Config::read(settings)?;
        let silent = |named: &String| -> Result<Model, Problem> {
            if named == PEBBLE {
                return Ok(pebble(Truth::default(), asked.connections));
            }
            let (name, model) = parts(named)?;
            let near = on_this_machine(&Self::provider(name, &config)?.base);
            let why = candor_llm::Error::Configured { what: "nothing is asked".to_owned() };
            Ok(Model {
                provider: name.to_owned(),
                name: model.to_owned(),
                planted: false,
                near,
                asks: Box::new(Refuses(why)),
                tariff: tariff(name, model, &config)?,
            })
        };
        let judge = asked.judge.as_ref().map(&silent).transpose()?;
        let judge = judge.map(|model| Judge::of(model, asked)).transpose()?;
        Ok(Self { all: asked.on.iter().map(silent).collect::<Result<_, _>>()?, judge, runtime: runtime()? })
    }

    /// The provider of that name: a known one, one like it, or both as the configuration changes them.
    pub(crate) fn provider(name: &str, config: &Config) -> Result<Provider, Problem> {
        let set = config.providers.get(name);
        let like = set.and_then(|set| set.like.as_deref()).unwrap_or(name);
        let base = set.and_then(|set| set.base.as_deref());
        let mut provider = match (providers::by_name(like), base) {
            (Ok(known), _) => known.clone(),
            // Nothing is known of it but where it is.
            (Err(_), Some(base)) if set.is_some_and(|set| set.like.is_none()) => {
                providers::compatible(base).map_err(|error| unset(name, &error))?
            }
            (Err(error), _) => return Err(unset(name, &error)),
        };
        if let Some(base) = base {
            // Its own check of what a URL is.
            let checked = providers::compatible(base).map_err(|error| unset(name, &error))?;
            provider.base = checked.base;
            if like != name {
                // Another house's key is not sent there.
                provider.key_variable = None;
            }
        }
        provider.name = Cow::Owned(name.to_owned());
        Ok(provider)
    }

    /// The key of a provider: where the configuration says, else in the vendor's usual variable; `None` where there is none.
    pub(crate) fn key(name: &str, provider: &Provider, config: &Config) -> Result<Option<String>, Problem> {
        match config.providers.get(name).and_then(|set| set.key.as_ref()) {
            Some(secret) => secret.read().map(Some),
            None => Ok(provider.key_variable.as_deref().and_then(variable).map(|key| key.trim().to_owned())),
        }
    }

    /// Asks a provider for its models, and says how that went.
    pub(crate) fn reach(name: &str, provider: &Provider, config: &Config) -> Result<String, Problem> {
        let transport = transport(config)?;
        let mut headers = Vec::new();
        if let Some(key) = Self::key(name, provider, config)? {
            headers.push(match &provider.auth {
                Auth::Header(header) => (header.to_string(), key),
                Auth::Bearer | Auth::None => ("authorization".to_owned(), format!("Bearer {key}")),
            });
        }
        let request = Request { post: false, url: format!("{}/models", provider.base), headers, body: Vec::new() };
        let came = runtime()?.block_on(async { tokio::time::timeout(REACH, transport.send(request)).await });
        Ok(match came {
            Ok(Ok(response)) if response.status < 300 => "reached; the key is taken".to_owned(),
            Ok(Ok(response)) if matches!(response.status, 401 | 403) => "reached; the key is refused".to_owned(),
            Ok(Ok(response)) => format!("reached; {} for the list of models", response.status),
            Ok(Err(broken)) => format!("not reached: {broken}"),
            Err(_) => format!("not reached within {} s", REACH.as_secs()),
        })
    }
}

/// To wait for a list of models at most.
const REACH: Duration = Duration::from_secs(15);

pub(super) fn runtime() -> Result<Runtime, Problem> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::internal(format!("no runtime for calls: {error}")))
}

fn transport(config: &Config) -> Result<Http, Problem> {
    let authority = config
        .client
        .ca
        .as_ref()
        .map(|path| std::fs::read(path).map_err(|error| Problem::reading(path, &error)))
        .transpose()?;
    Http::new(&Route { proxy: config.client.proxy.clone(), authority, ..Route::default() })
        .map_err(|error| Problem::configuration(format!("client.{error}")))
}

fn unset(name: &str, error: &candor_llm::Error) -> Problem {
    Problem::configuration(format!("{name}: {error}"))
        .hint("candor config show lists the providers; one of your own stands in candor.toml under [providers.NAME]")
}

fn model(named: &str, asked: &Asked, config: &Config) -> Result<Model, Problem> {
    if named == PEBBLE {
        return Ok(pebble(Truth::default(), asked.connections));
    }
    let (name, model) = parts(named)?;
    let provider = Models::provider(name, config)?;
    let key = Models::key(name, &provider, config)?;
    if key.is_none() && provider.auth != Auth::None {
        let variable = provider.key_variable.as_deref().unwrap_or("KEY");
        return Err(Problem::configuration(format!("{name}: expected a key, found none"))
            .hint(format!("export {variable}=…, or name a file under [providers.{name}] in candor.toml")));
    }
    let how = How {
        connections: asked.connections,
        attempts: config.client.attempts.unwrap_or(How::default().attempts).max(1),
        first_byte: config.client.first_byte_seconds.map_or(How::default().first_byte, Duration::from_secs),
        stall: config.client.stall_seconds.map_or(How::default().stall, Duration::from_secs),
        ..How::default()
    };
    let codec = codec(provider.protocol());
    let near = on_this_machine(&provider.base);
    let client = Client::new(provider, codec, Arc::new(transport(config)?), key, how)
        .map_err(|error| Problem::configuration(error.to_string()))?;
    Ok(Model {
        provider: name.to_owned(),
        name: model.to_owned(),
        planted: false,
        near,
        asks: Box::new(Asking { client, timed: true }),
        tariff: tariff(name, model, config)?,
    })
}

/// Whether a base URL names the loopback address: what answers there sends no bill by itself.
fn on_this_machine(base: &str) -> bool {
    let authority = base.split_once("://").map_or(base, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Provider and model of `PROVIDER:MODEL`.
fn parts(named: &str) -> Result<(&str, &str), Problem> {
    named.split_once(':').filter(|(name, model)| !name.is_empty() && !model.is_empty()).ok_or_else(|| {
        Problem::usage(format!("--on: expected pebble or PROVIDER:MODEL, found `{named}`"))
            .hint("--on openai:gpt-5, --on vllm:my-model")
    })
}

/// What tokens cost there.
fn tariff(name: &str, model: &str, config: &Config) -> Result<Tariff, Problem> {
    let prices = config.prices()?;
    let (of, called) = (name.to_owned(), model.to_owned());
    let free = prices.is_without_price_per_token(name)
        || config
            .providers
            .get(name)
            .and_then(|set| set.like.as_deref())
            .is_some_and(|like| prices.is_without_price_per_token(like));
    Ok(Box::new(move |usage| match prices.cost(&of, &called, usage) {
        None if free => Some(Money(0)),
        cost => cost.map(Money),
    }))
}

/// The planted process behind the same codec and the same client as any provider: only its transport stays in this process.
pub(crate) fn pebble(truth: Truth, connections: usize) -> Model {
    let codec: &'static dyn Codec = &ChatCompletions;
    let provider = Provider {
        name: Cow::Borrowed(PEBBLE),
        base: Cow::Borrowed("pebble://here"),
        auth: Auth::None,
        key_variable: None,
        dialect: Dialect::Chat(ChatDialect::COMPATIBLE),
    };
    let served = Served::new(Pebble::new(truth), vec![("/chat/completions", codec)]);
    let how = How { connections, stream: false, ..How::default() };
    let client = Client::new(provider, codec, Arc::new(served), None, how);
    Model {
        provider: PEBBLE.to_owned(),
        name: "planted-process".to_owned(),
        planted: true,
        near: true,
        asks: match client {
            Ok(client) => Box::new(Asking { client, timed: false }),
            Err(error) => Box::new(Refuses(error)),
        },
        // Its tokens cost nothing, and are counted.
        tariff: Box::new(|_| Some(Money(0))),
    }
}

/// Its own questions.
pub(crate) fn own_task() -> Task {
    let items = problems::items(OWN_SEED, OWN_QUESTIONS);
    Task { name: PEBBLE.to_owned(), items: items.iter().map(item).collect() }
}

/// Of which kinds the first of them are.
pub(super) fn own_kinds(questions: usize) -> Vec<Kind> {
    let items = problems::items(OWN_SEED, questions.min(OWN_QUESTIONS));
    items.iter().map(|item| (item.family, item.steps)).collect()
}

/// Questions that a phrase draws: kind and number of steps of each are drawn anew, so that they are a sample of what pebble can be asked.
pub(super) fn drawn_task(phrase: &str, questions: usize) -> Task {
    let digest = Digest::tagged("candor exam questions 1", phrase.as_bytes());
    let seed = digest.as_bytes().iter().take(8).fold(0_u64, |so_far, byte| so_far << 8 | u64::from(*byte));
    let mut stream = Seed(seed).stream("questions of an exam");
    let items = (0..questions as u64).filter_map(|index| {
        let family = *FAMILIES.get(stream.index(FAMILIES.len()))?;
        let steps = problems::STEPS.start() + stream.index(problems::STEPS.count()) as u32;
        Some(item(&problems::item(seed, index, family, steps)))
    });
    Task { name: "exam".to_owned(), items: items.collect() }
}

fn item(item: &problems::Item) -> Item {
    let wording = |posed: &problems::Posed| Wording {
        question: posed.question.clone(),
        options: posed.options.clone(),
        answer: posed.options.get(posed.gold).cloned().unwrap_or_default(),
    };
    let form = |posed: &problems::Posed| {
        let Wording { question, options, answer } = wording(posed);
        Form { question: Some(question), options: Some(options), answer: Some(answer) }
    };
    let forms = [
        ("paraphrase", Some(&item.paraphrase)),
        ("rename", Some(&item.rename)),
        ("renumber", Some(&item.renumber)),
        ("swap", item.swap.as_ref()),
    ];
    Item {
        id: item.id.clone(),
        wording: wording(&item.original),
        stratum: Some(item.family.as_str().to_owned()),
        runner_up: item.original.options.get(item.original.runner_up).cloned(),
        variants: forms.into_iter().filter_map(|(arm, posed)| Some((arm.to_owned(), form(posed?)))).collect(),
        ..Item::default()
    }
}

/// A client as somebody who answers.
struct Asking {
    client: Client,
    /// When a reply came is kept: not for a process that answers at once, and the same every time.
    timed: bool,
}

impl Asks for Asking {
    fn ask<'a>(&'a self, call: &'a Call, key: &'a str) -> Boxed<'a, Result<Answered, Unanswered>> {
        Box::pin(async move {
            match self.client.ask(call, key).await {
                Ok(asked) => Ok(Answered {
                    reply: asked.reply,
                    attempts: asked.attempts,
                    took: if self.timed { asked.took } else { Duration::ZERO },
                    at_ms: self.timed.then(|| Timestamp::now().as_millisecond()),
                }),
                Err(Failed { error, attempts }) => Err(Unanswered { error, attempts }),
            }
        })
    }
}

/// What could not be set up answers nothing.
struct Refuses(candor_llm::Error);

impl Asks for Refuses {
    fn ask<'a>(&'a self, _: &'a Call, _: &'a str) -> Boxed<'a, Result<Answered, Unanswered>> {
        let error = self.0.clone();
        Box::pin(std::future::ready(Err(Unanswered { error, attempts: 0 })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_loopback_address_is_on_this_machine() {
        for near in ["http://localhost:8000/v1", "http://127.0.0.1:9/v1", "http://[::1]:80", "http://127.3.2.1"] {
            assert!(on_this_machine(near), "{near}");
        }
        for far in [
            "https://api.example.org/v1",
            "http://localhost@example.org/",
            "http://localhost.example.org",
            "http://10.0.0.1",
        ] {
            assert!(!on_this_machine(far), "{far}");
        }
    }
}
