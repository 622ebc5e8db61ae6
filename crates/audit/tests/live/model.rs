//! A task, and models that answer it: planted processes, not language models.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use candor_audit::live::runner::{Answered, Asks, Unanswered};
use candor_audit::live::task::{Form, Item, Wording};
use candor_audit::live::{Common, Task};
use candor_llm::transport::Boxed;
use candor_llm::{Call, Finish, Message, Part, Reasoning, Reply, Role, Sampling, Usage};

/// So many questions of four options; the right one is the word that the question names.
pub(crate) fn task(questions: usize) -> Task {
    let item = |at: usize| {
        let options: Vec<String> = ["oak", "elm", "fir", "ash"].map(str::to_owned).to_vec();
        let right = options[at % 4].clone();
        let other = options[(at + 1) % 4].clone();
        let question = |word: &str| format!("Question {at}: which tree is called {word}?");
        let renumbered = Form { question: Some(question(&other)), answer: Some(other.clone()), ..Form::default() };
        let paraphrased =
            Form { question: Some(format!("{at}. Name the tree: it is called {right}?")), ..Form::default() };
        Item {
            id: format!("q{at}"),
            wording: Wording { question: question(&right), options, answer: right },
            runner_up: Some(other),
            variants: [("renumber".to_owned(), renumbered), ("paraphrase-2".to_owned(), paraphrased)].into(),
            ..Item::default()
        }
    };
    Task { name: "trees".to_owned(), items: (0..questions).map(item).collect() }
}

pub(crate) fn common() -> Common {
    Common { model: "planted-1".to_owned(), effort: None, max_output: Some(50), sampling: Sampling::default() }
}

/// Finds the option that the question names, under whatever letter and in whatever layout it stands; some answers are wrong, by the call's name alone.
pub(crate) struct Reader {
    /// Of 256 answers, so many are wrong.
    pub(crate) wrong: u8,
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) at_once: AtomicUsize,
    pub(crate) most_at_once: AtomicUsize,
    /// What the next calls come to instead of a reply.
    pub(crate) fails: Box<dyn Fn(usize) -> Option<candor_llm::Error> + Send + Sync>,
}

impl Reader {
    pub(crate) fn new(wrong: u8) -> Self {
        Self {
            wrong,
            asked: Mutex::new(Vec::new()),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            fails: Box::new(|_| None),
        }
    }

    fn reply(&self, call: &Call, key: &str) -> Reply {
        let prompt = call.conversation.messages[0].visible_text();
        let word = prompt.split_once("called ").unwrap().1.split('?').next().unwrap();
        let line = prompt.lines().find(|line| line.ends_with(&format!(" {word}")) && !line.contains("called")).unwrap();
        let letter = line.chars().find(char::is_ascii_uppercase).unwrap();
        let slip = u8::from_str_radix(&key[..2], 16).unwrap() < self.wrong;
        let said = if slip { (b'A' + (letter as u8 - b'A' + 1) % 4) as char } else { letter };
        let parts = vec![
            Part::Reasoning(Reasoning::raw(format!("The tree is called {word}. So {said}."))),
            Part::Text { text: format!("It is this one.\nAnswer: {said}") },
        ];
        Reply {
            id: None,
            model: None,
            message: Message { role: Role::Assistant, parts },
            finish: Some(Finish::Stop),
            usage: Usage { input: Some(10), output: Some(20), ..Usage::default() },
        }
    }
}

impl Asks for Reader {
    fn ask<'a>(&'a self, call: &'a Call, key: &'a str) -> Boxed<'a, Result<Answered, Unanswered>> {
        Box::pin(async move {
            let number = {
                let mut asked = self.asked.lock().unwrap();
                asked.push(key.to_owned());
                asked.len() - 1
            };
            let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_at_once.fetch_max(now, Ordering::SeqCst);
            // As many turns as the key says: replies come in another order than that of the plan.
            Turns(u8::from_str_radix(&key[2..3], 16).unwrap()).await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            match (self.fails)(number) {
                Some(error) => Err(Unanswered { error, attempts: 3 }),
                None => Ok(Answered {
                    reply: self.reply(call, key),
                    attempts: 1,
                    took: Duration::from_millis(number as u64),
                    at_ms: Some(number as i64),
                }),
            }
        })
    }
}

/// Comes back after so many turns.
struct Turns(u8);

impl Future for Turns {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
