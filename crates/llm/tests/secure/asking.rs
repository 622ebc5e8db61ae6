//! How these tests ask, and how a call that fails must look.

use std::sync::Arc;
use std::time::Duration;

use candor_llm::client::{Asked, Failed, How};
use candor_llm::protocol::chat::ChatCompletions;
use candor_llm::transport::http::{Http, Route};
use candor_llm::{Auth, Blame, Call, Client, Conversation, Error, Finish, Message, Provider, Retry, Role, providers};

use super::certificate::Authority;

pub(crate) const KEY: &str = "sk-0123456789abcdef";
pub(crate) const GOOD: &str = r#"{"id":"r","choices":[{"message":{"content":"Answer: B"},"finish_reason":"stop"}]}"#;
pub(crate) const BEGIN: &str = r#"{"id":"r","choices":[{"delta":{"role":"assistant","content":"Answer"}}]}"#;
pub(crate) const MORE: &str = r#"{"id":"r","choices":[{"delta":{"content":": B"},"finish_reason":"stop"}]}"#;
/// Far beyond what a slow machine needs.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// No pauses to speak of, and no patience that a slow machine would end.
pub(crate) fn how() -> How {
    let pause = Duration::from_millis(1);
    How { attempts: 3, pause, first_byte: LONG, stall: LONG, whole: LONG, ..How::default() }
}

pub(crate) fn trusting(authority: &Authority) -> Route {
    Route { authority: Some(authority.pem()), connect: LONG, ping: LONG, ..Route::default() }
}

pub(crate) fn client(base: &str, route: &Route, how: How) -> Arc<Client> {
    let provider = Provider { auth: Auth::Bearer, ..providers::compatible(base).unwrap() };
    let http = Http::new(route).unwrap();
    Arc::new(Client::new(provider, &ChatCompletions, Arc::new(http), Some(KEY.to_owned()), how).unwrap())
}

pub(crate) fn call() -> Call {
    let conversation = Conversation { messages: vec![Message::text(Role::User, "2 + 2?")] };
    Call { model: "m".to_owned(), conversation, ..Call::default() }
}

pub(crate) async fn ask(client: &Client, name: &str) -> Result<Asked, Failed> {
    tokio::time::timeout(LONG, client.ask(&call(), name)).await.expect("an end")
}

/// So many calls at the same time, as far as the client lets them; each is named by its number.
pub(crate) async fn ask_at_once(client: &Arc<Client>, calls: usize) -> Vec<Result<Asked, Failed>> {
    let asking = |number: usize| {
        let client = Arc::clone(client);
        tokio::spawn(async move { ask(&client, &number.to_string()).await })
    };
    let asking: Vec<_> = (0..calls).map(asking).collect();
    let mut came = Vec::new();
    for one in asking {
        came.push(one.await.unwrap());
    }
    came
}

/// It went well, after so many tries.
pub(crate) fn well(name: &str, came: &Result<Asked, Failed>, attempts: u32) {
    let Ok(asked) = came else { panic!("{name}: {came:?}") };
    assert_eq!(asked.reply.message.visible_text(), "Answer: B", "{name}");
    assert_eq!((asked.reply.finish.clone(), asked.attempts), (Some(Finish::Stop), attempts), "{name}");
}

fn badly(name: &str, came: &Result<Asked, Failed>, said: &str) -> Failed {
    let Err(failed) = came else { panic!("{name}: {came:?}") };
    let shown = failed.error.to_string();
    assert!(shown.contains(said), "{name}: {shown}");
    assert!(!format!("{shown} {failed:?}").contains(KEY), "{name}: {failed:?}");
    assert!(!format!("{shown} {failed:?}").contains("hunter2"), "{name}: {failed:?}");
    failed.clone()
}

/// Somebody here has to change something first: one try, and a hint.
pub(crate) fn not_as_configured(name: &str, came: &Result<Asked, Failed>, said: &str) {
    let Failed { error, attempts } = badly(name, came, said);
    assert!(matches!(error, Error::Configured { .. }), "{name}: {error:?}");
    assert_eq!((error.blame(), error.retry(), attempts), (Blame::Caller, Retry::Never, 1), "{name}: {error}");
}

/// It may go well another time, and was tried so often.
pub(crate) fn broken(name: &str, came: &Result<Asked, Failed>, said: &str, tried: u32) {
    let Failed { error, attempts } = badly(name, came, said);
    assert!(matches!(error, Error::Broken(_)), "{name}: {error:?}");
    assert_eq!((error.blame(), error.retry(), attempts), (Blame::Upstream, Retry::Now, tried), "{name}: {error}");
}
