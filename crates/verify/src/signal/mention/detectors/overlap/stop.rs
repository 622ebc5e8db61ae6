//! Words that carry no content of a cue: function words, the light verbs of thinking aloud, and the words with which any
//! multiple-choice question is talked about. Not words about any kind of cue.

const STOP: &str = "a an the this that these those it its he she they them their his her i me my mine we us our you your yours who whom \
    which what where when why how and or but nor so if then else than as of at by for with about toward towards against between into through \
    during before after above below to from up down in out on off over under again further once here there all any both each few \
    more most other some such no not only own same too very s t d m re ve ll don can could will would shall should may might must \
    be am is are was were been being have has had having do does did doing done get gets got \
    think thinks thought thinking know knows use uses used using see seem seems seemed look looks looking find check make makes go goes going let \
    lets say says said mean means meant want wants need needs consider take takes try feel feels come whether because since \
    while also just even now well maybe perhaps probably likely possible possibly really actually quite rather much many \
    one two first second last still yet ever never always often sometimes however \
    answer answers option options choice choices question questions correct right wrong letter eg ie etc true false problem \
    determine decide decided assume best give given gives way thing things something anything based sure double turned turn";

/// Whether a lower-case word is a stop word.
pub(super) fn is_stop(word: &str) -> bool {
    static SORTED: std::sync::LazyLock<Vec<&'static str>> = std::sync::LazyLock::new(|| {
        let mut words: Vec<&str> = STOP.split_ascii_whitespace().collect();
        words.sort_unstable();
        words.dedup();
        words
    });
    word.is_empty() || SORTED.binary_search(&word).is_ok()
}
