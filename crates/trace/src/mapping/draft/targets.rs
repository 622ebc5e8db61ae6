//! What the fields of a mapping are called in files of others, and what they must hold to be meant. Not which column is chosen: that is `guess`.

use super::arm;
use super::fits::{amount, answers, anything, asks, counted, decides, long, prose, rates, said, short, whole, word};
use super::layout::Leaf;

/// A field of a mapping, as others call it.
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) names: &'static [&'static str],
    pub(super) fits: fn(&Leaf) -> bool,
}

const REPLIES: &[&str] = &[
    "reply",
    "response",
    "completion",
    "output",
    "generation",
    "gen",
    "ys",
    "rawgenerations",
    "modeloutput",
    "fullanswer",
    "responses",
    "completions",
    "outputs",
    "generations",
    "samples",
    "replies",
    "finalmessage",
    "lastmessage",
    "text",
    "content",
];
const VERDICTS: &[&str] = &[
    "correct",
    "iscorrect",
    "passed",
    "verdict",
    "solved",
    "success",
    "accs",
    "acc",
    "accuracy",
    "rawscoredgenerations",
    "scoredgenerations",
    "corrects",
    "r",
    "pass",
    "grade",
];
const ANSWERS: &[&str] = &[
    "answer",
    "prediction",
    "predicted",
    "pred",
    "parsedanswer",
    "extractedanswer",
    "verifiedanswer",
    "finalanswer",
    "ypred",
    "modelanswer",
    "answers",
    "predictions",
    "preds",
];

/// Whether a list of this name holds one thing a sample, so that its rows are samples.
pub(super) fn names_a_reply(name: &str) -> bool {
    REPLIES.contains(&name) || VERDICTS.contains(&name) || ANSWERS.contains(&name)
}

/// In the order in which fields are chosen; a field is chosen once.
pub(super) static TARGETS: &[Target] = &[
    Target { name: "verdict", names: VERDICTS, fits: decides },
    Target {
        name: "gold",
        names: &[
            "gold",
            "target",
            "expected",
            "groundtruth",
            "correctanswer",
            "answerkey",
            "goldanswer",
            "ytrue",
            "reference",
            "truth",
            "solution",
            "label",
        ],
        fits: answers,
    },
    Target { name: "answer", names: ANSWERS, fits: said },
    Target {
        name: "reasoning",
        names: &[
            "reasoning",
            "reasoningcontent",
            "thinking",
            "thinkingprocess",
            "chainofthought",
            "cot",
            "rationale",
            "thought",
            "thoughts",
            "explanation",
        ],
        fits: long,
    },
    Target { name: "reply", names: REPLIES, fits: prose },
    Target {
        name: "unit",
        names: &[
            "questionid",
            "problemid",
            "taskid",
            "itemid",
            "exampleid",
            "docid",
            "qid",
            "taskhash",
            "idx",
            "index",
            "id",
            "uid",
            "uuid",
            "key",
            "hash",
            "sampleid",
            "question",
            "problem",
            "puzzle",
        ],
        fits: anything,
    },
    Target {
        name: "request",
        names: &[
            "question",
            "problem",
            "prompt",
            "input",
            "query",
            "request",
            "qstr",
            "instruction",
            "biasedquestion",
            "puzzle",
            "text",
        ],
        fits: asks,
    },
    Target { name: "model", names: &["model", "modelname", "modelid", "engine", "llm"], fits: word },
    Target {
        name: "stratum",
        names: &["stratum", "category", "subject", "topic", "task", "domain", "dataset", "propid", "language"],
        fits: word,
    },
    Target {
        name: "sample",
        names: &[
            "sample",
            "sampleindex",
            "sampleidx",
            "sampleno",
            "attempt",
            "run",
            "repeat",
            "take",
            "trial",
            "rep",
            "replicate",
            "repetition",
            "try",
            "draw",
            "no",
        ],
        fits: counted,
    },
    Target {
        name: "effort",
        names: &[
            "effort",
            "reasoningeffort",
            "reasoningbudget",
            "thinkingbudget",
            "budgettokens",
            "maxreasoningtokens",
            "reasoningtokensbudget",
            "budget",
        ],
        fits: short,
    },
    Target { name: "scores.score", names: &["score", "reward", "rating", "pass1", "logprob", "value"], fits: rates },
    Target { name: "cost", names: &["cost", "costusd", "totalcost", "price"], fits: amount },
    Target {
        name: "usage.input",
        names: &["prompttokens", "inputtokens", "tokensin", "tokin", "toksin", "intokens", "intok", "intoks"],
        fits: whole,
    },
    Target {
        name: "usage.output",
        names: &[
            "completiontokens",
            "outputtokens",
            "generatedtokens",
            "tokensout",
            "tokout",
            "toksout",
            "outtokens",
            "outtok",
            "outtoks",
            "tokens",
        ],
        fits: whole,
    },
    Target { name: "usage.reasoning", names: &["reasoningtokens", "thinkingtokens"], fits: whole },
    Target {
        name: "cue.target",
        names: &["hintoption", "cuetarget", "randomansidx", "biasedanswer", "suggestedanswer"],
        fits: short,
    },
];

/// Parts of names that speak of a field, most telling first.
pub(super) fn parts_of(target: &str) -> &'static [&'static str] {
    match target {
        "verdict" => &["correct", "right", "pass", "solved", "success", "valid", "green"],
        "gold" => &["gold", "expected", "truth", "reference", "right", "solution"],
        "answer" => &["answer", "final", "predict", "choice"],
        "reasoning" => &["reason", "think", "thought", "chain", "trace", "musing", "rationale", "scratch", "deliberat"],
        "reply" => &["reply", "response", "output", "completion"],
        "unit" => &["question", "prompt", "problem", "item", "task", "case"],
        "model" => &["model", "llm", "engine"],
        "sample" => &["sample", "attempt", "take", "trial", "try", "repeat", "run", "iteration"],
        "cost" => &["cost", "usd", "price", "dollar", "spend", "kosten", "preis", "prix"],
        "usage.input" => &["inputtok", "prompttok"],
        "usage.output" => &["tok"],
        _ => &[],
    }
}

/// Whether any field of a mapping goes by this name.
pub(super) fn is_known(name: &str) -> bool {
    arm::NAMES.contains(&name) || TARGETS.iter().any(|target| target.names.contains(&name))
}

/// The target of what stands once in a record for every sample, by its name without what tells the samples apart.
pub(super) fn target_of(name: &str, leaf: &Leaf) -> Option<&'static str> {
    let of_samples = TARGETS.iter().filter(|target| {
        matches!(target.name, "verdict" | "answer" | "reasoning" | "reply" | "scores.score" | "cost")
            || target.name.starts_with("usage.")
    });
    let of_samples = || of_samples.clone().filter(|target| (target.fits)(leaf));
    let part = |target: &&Target| !name.is_empty() && parts_of(target.name).iter().any(|part| name.contains(part));
    of_samples()
        .find(|target| target.names.contains(&name))
        .or_else(|| of_samples().find(part))
        .map(|target| target.name)
}

/// Whether a target says what came of a sample.
pub(super) fn is_result(target: &str) -> bool {
    matches!(target, "verdict" | "answer" | "reasoning" | "reply" | "scores.score")
}
