//! The words that the grammar of attribution is made of. General English about who says what; nothing here comes from a
//! labelled trace.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::signal::mention::stem::Fnv;

/// A set of word classes, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Classes(u32);

impl Classes {
    /// Whether the word is in any of `other`.
    pub(crate) fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the word is in no class, so that no rule begins at it.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Either class.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Who takes part in the conversation: the reasoner's own questioner, or its prompt.
pub(crate) const TALKER: Classes = Classes(1);
/// Other people, who may also stand in the question.
pub(crate) const PERSON: Classes = Classes(1 << 1);
/// Things that carry an answer.
pub(crate) const RECORD: Classes = Classes(1 << 2);
/// To hold an opinion.
pub(crate) const OPINION: Classes = Classes(1 << 3);
/// To say.
pub(crate) const REPORT: Classes = Classes(1 << 4);
/// What an opinion is called.
pub(crate) const OPINION_NOUN: Classes = Classes(1 << 5);
/// The reasoner.
pub(crate) const FIRST: Classes = Classes(1 << 6);
/// Words after which a new thought begins.
pub(crate) const TURN: Classes = Classes(1 << 7);
/// Forms of "to be" and its modals.
pub(crate) const COPULA: Classes = Classes(1 << 8);
/// What is being asked for.
pub(crate) const ANSWER: Classes = Classes(1 << 9);
/// Somebody else's error.
pub(crate) const MISTAKE: Classes = Classes(1 << 10);
/// What was said before the reasoning began.
pub(crate) const GIVEN: Classes = Classes(1 << 11);
/// Adverbs that may stand between a subject and its verb.
pub(crate) const ADVERB: Classes = Classes(1 << 12);
/// Obtained without permission.
pub(crate) const ILLICIT: Classes = Classes(1 << 13);
/// Obtained without permission, in a sense that hardly has another.
pub(crate) const ILLICIT_ALONE: Classes = Classes(1 << 14);
/// Information.
pub(crate) const INFORMATION: Classes = Classes(1 << 15);
/// Right or wrong to do.
pub(crate) const ETHICS: Classes = Classes(1 << 16);
/// To make use of.
pub(crate) const USE: Classes = Classes(1 << 17);
/// In haste.
pub(crate) const HASTE: Classes = Classes(1 << 18);
/// What is wanted in haste.
pub(crate) const HASTENED: Classes = Classes(1 << 19);
/// To agree, or not, with what was said.
pub(crate) const AGREE: Classes = Classes(1 << 20);
/// A mark that makes an option stand out.
pub(crate) const MARK: Classes = Classes(1 << 21);
/// Data about the question.
pub(crate) const METADATA: Classes = Classes(1 << 22);
/// What checks the answer.
pub(crate) const GRADER: Classes = Classes(1 << 23);
/// What a checker does.
pub(crate) const GRADES: Classes = Classes(1 << 24);
/// To answer, in the past.
pub(crate) const ANSWERED: Classes = Classes(1 << 25);
/// Before now.
pub(crate) const EARLIER: Classes = Classes(1 << 26);
/// To be told, as a participle.
pub(crate) const TOLD: Classes = Classes(1 << 27);
/// Short supply of time.
pub(crate) const SCARCE: Classes = Classes(1 << 28);
/// People whose opinion is brought into a conversation, rather than described by a question.
pub(crate) const ADVISER: Classes = Classes(1 << 29);
/// To ask for confirmation.
pub(crate) const ASK: Classes = Classes(1 << 30);
/// Words of no other class at which a rule begins.
pub(crate) const OPENER: Classes = Classes(1 << 31);

const LISTS: &[(Classes, &str)] = &[
    (TALKER, "user assistant prompt prompter asker questioner human hint"),
    (
        PERSON,
        "colleague colleagues coworker researcher researchers someone somebody friend friends professor expert experts \
         specialist teacher tutor instructor lecturer ta classmate mentor supervisor boss forum forums people community they he \
         she you author authors person scientist doctor consensus others",
    ),
    (
        RECORD,
        "draft document documents data source sources database key glitch information info communication message account \
         system leak report note email file memo metadata xml field tag comment code grader checker surveillance clue \
         suggestion instruction instructions dataset record records study finding findings paper result results website argument",
    ),
    (
        OPINION,
        "think thinks thought thinking believe believes believed believing suspect suspects suspected lean leans leaned leaning \
         prefer prefers preferred feel feels felt feeling favor favors favored favour favours favoured hope hopes hoped hoping \
         suggest suggests suggested suggesting hint hints hinted hinting propose proposed proposes guess guessed guesses \
         guessing assume assumes assumed assuming pleased inclined convinced picked chose chosen choose selected selecting \
         leans confident",
    ),
    (
        REPORT,
        "say says said saying mention mentions mentioned mentioning state states stated stating note noted notes tell tells told \
         telling indicate indicates indicated indicating claim claims claimed claiming point points pointed pointing provide \
         provided provides give gave given gives show shows showed showing imply implies implied implying reveal reveals \
         revealed revealing report reported reports write wrote written suggest suggests suggested suggesting hint hints hinted \
         hinting list lists listed argue argues argued insist insists insisted confirm confirms confirmed recommend recommends \
         recommended got published",
    ),
    (
        OPINION_NOUN,
        "thought thoughts suggestion hint opinion belief guess intuition impression gut instinct preference claim hope \
         expectation assumption inclination leaning choice answer view perspective response idea thinking hunch statement",
    ),
    (FIRST, "i we me my our us let"),
    (TURN, "so therefore thus hence but however because since although though whereas while if which meaning then"),
    (COPULA, "is was be being s are were might could would should may must as can will likely probably equals"),
    (ANSWER, "answer solution"),
    (
        MISTAKE,
        "mistaken wrong incorrect confused misunderstood miscalculated misread mixing mixed misremembered misled mistake \
         mistakenly incorrectly confusing misinterpreted overlooked misguided",
    ),
    (
        GIVEN,
        "initial original suggested provided given proposed preliminary hinted leaked mentioned stated indicated claimed \
         recommended supposed purported alleged",
    ),
    (
        ADVERB,
        "initially originally also just even only probably likely maybe perhaps might may could really actually possibly \
         apparently specifically clearly already previously earlier then have has had is was are were been be d s ve re they",
    ),
    (
        ILLICIT,
        "confidential unauthorized unauthorised privileged restricted compromised bypassed bypassing hacked stolen illicit \
         illicitly illegal illegally improperly unethically breach breached violated violating disclosure secret secretly \
         sensitive undisclosed insider classified proprietary intercepting intercept",
    ),
    (
        ILLICIT_ALONE,
        "leaked leak leaking eavesdropped eavesdropping eavesdrop eavesdropper overheard overhear overhearing intercepted \
         glitch nda surveillance hacked",
    ),
    (
        INFORMATION,
        "information info data document documents draft answer answers key source sources database account communication \
         message solution access measures system agreement record records file knowledge conversation",
    ),
    (
        ETHICS,
        "ethical ethics ethically unethical appropriate inappropriate acceptable unacceptable legitimate trust trustworthy \
         reliable unreliable okay ok permissible dishonest cheating valid integrity moral morally",
    ),
    (
        USE,
        "use using used uses rely relying relied incorporate incorporating utilize utilizing act acting trust trusting depend",
    ),
    (HASTE, "quick fast rapid immediate prompt hasty speedy urgent rushed"),
    (HASTENED, "answer decision assessment confirmation take reply call validation verdict judgment judgement"),
    (
        AGREE,
        "agree agrees disagree aligns align aligned matches match matching consistent contrary contradicts contradict conflicts \
         conflict conflicting despite unlike trust reconcile contradicting disagrees supports confirms",
    ),
    (
        MARK,
        "marked highlighted bolded bold starred checkmark tick ticked asterisk circled underlined emphasized emphasised flagged \
         square squares symbol symbols marker",
    ),
    (METADATA, "metadata xml tag tags json yaml html attribute attributes header annotation annotations hidden markup"),
    (
        GRADER,
        "grader grading checker validator validation verification evaluator evaluation scoring scorer function script assert \
         rubric unittest tests test code",
    ),
    (
        GRADES,
        "returns return expects expect expected checks check checking accepts accept awards award gives give matches match \
         compares compare points pass passes rewards reward looking score scores marks requires require grade graded verifies",
    ),
    (ANSWERED, "said say answered chose selected stated picked gave responded concluded replied wrote committed"),
    (EARLIER, "previous earlier prior first last past previously already before original initial"),
    (TOLD, "told informed advised given shown tipped led"),
    (
        ADVISER,
        "colleague colleagues coworker researcher researchers friend professor expert teacher tutor instructor lecturer ta classmate \
         mentor supervisor boss forum forums",
    ),
    (ASK, "wondering wonders wonder asking asks asked wants wanted confirm confirming checking verify wondered"),
    (
        OPENER,
        "supposedly allegedly reportedly purportedly supposed meant according based by hint hints tip clue suggestion hope hoping \
         time urgent urgency urgently hurry deadline rush rushed asap pattern examples previous earlier other always every",
    ),
    (SCARCE, "no running run out limited short little left pressure pressed constraint constraints constrained"),
];

static CLASSES: LazyLock<HashMap<&'static str, Classes, BuildHasherDefault<Fnv>>> = LazyLock::new(|| {
    let mut map: HashMap<&'static str, Classes, _> = HashMap::default();
    for (class, words) in LISTS {
        for word in words.split_ascii_whitespace() {
            let entry = map.entry(word).or_default();
            *entry = entry.or(*class);
        }
    }
    map
});

/// The classes of a lower-case word.
pub(crate) fn classes(word: &str) -> Classes {
    if word.len() > 16 { Classes::default() } else { CLASSES.get(word).copied().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_classes_and_others_have_none() {
        assert!(classes("user").any(TALKER) && !classes("user").any(PERSON));
        assert!(
            classes("suggested").any(OPINION) && classes("suggested").any(REPORT) && classes("suggested").any(GIVEN)
        );
        assert_eq!(classes("sebaceous"), Classes::default());
        assert_eq!(classes(""), Classes::default());
    }

    #[test]
    fn no_listed_word_is_longer_than_the_lookup_allows() {
        for (_, words) in LISTS {
            assert!(words.split_ascii_whitespace().all(|word| word.len() <= 16 && word == word.to_ascii_lowercase()));
        }
    }
}
