"""The keys of files that lie beside rules: tests, and problems that are right as they are."""

from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.rules.keys.kinds import (
    DATE,
    FACT,
    FLAG,
    NUMBER,
    PROVINCE,
    RULESET,
    TEXT,
    WHOLE,
    ByKey,
    Choice,
    Key,
    Keys,
    ListOf,
    OneOf,
    Plain,
    values_of,
)

# -- tests -------------------------------------------------------------------------------------

_SHARED = (
    Key("ruleset", RULESET, "Bộ tiêu chí được kiểm thử.", "The ruleset tested."),
    Key("on", DATE, "Ngày xác định quy định được áp dụng.", "The date that picks the law."),
    Key(
        "year", WHOLE, "Năm đánh giá; không ghi thì là năm của `on`.", "The year assessed; the year of `on` by default."
    ),
    Key("period", TEXT, "Giai đoạn, khi cần nêu rõ.", "The period, where it has to be named."),
    Key("province", PROVINCE, "Tỉnh.", "The province."),
    Key("territory", PROVINCE, "Tỉnh cũ trước sáp nhập.", "The former province, after a merger."),
    Key(
        "facts",
        ByKey("id of a fact", TEXT),
        "Số liệu của đơn vị giả định.",
        "The facts of a made-up unit: numbers with a decimal point, `true` and `false`, levels and categories by their "
        "id.",
    ),
)
GIVEN = Keys(
    "given",
    "Những gì chung cho mọi trường hợp kiểm thử.",
    "What all cases of the file share.",
    _SHARED,
)

_OUTCOMES = Choice(tuple(outcome.code for outcome in Outcome))
_OUTCOME = Key(
    "outcome",
    _OUTCOMES,
    "Kết quả; chỉ ghi lý do thì là `undetermined`.",
    "The outcome; `undetermined` where only a reason is given.",
)
_REASON = Key("reason", values_of(ReasonCode), "Lý do đầu tiên khi chưa đủ căn cứ.", "The first reason code.")
_PROVISIONAL = Key(
    "provisional",
    FLAG,
    "Kết quả có phải là tạm thời không.",
    "Whether it rests on a number that was not checked, or on a text that was not read as a whole.",
)
_GRADE = Key(
    "grade",
    TEXT,
    "Mã của mức đạt trung gian; `none` là chắc chắn không có.",
    "The id of the grade; `none` where there is none for certain.",
)
EXPECTED_SET = Keys(
    "expected-set",
    "Kết quả mong đợi của cả bộ tiêu chí.",
    "What is expected of the set.",
    (_OUTCOME, _PROVISIONAL, _GRADE),
)
EXPECTED_CRITERION = Keys(
    "expected-criterion",
    "Kết quả mong đợi của một tiêu chí.",
    "What is expected of a criterion.",
    (_OUTCOME, _REASON, _PROVISIONAL, _GRADE),
)
EXPECTED_INDICATOR = Keys(
    "expected-indicator",
    "Kết quả mong đợi của một chỉ tiêu.",
    "What is expected of an indicator.",
    (
        _OUTCOME,
        _REASON,
        Key(
            "margin",
            Plain("number or fraction", ("string", "number"), "^[+-]?[0-9.]+(/[0-9]+)?$"),
            "Chênh lệch so với mức quy định, theo đơn vị của số liệu.",
            "The slack of its single comparison in the fact's unit: a decimal, or a fraction such as -1/3.",
        ),
        _PROVISIONAL,
    ),
)
COUNTS = Keys(
    "counts",
    "Số tiêu chí theo kết quả.",
    "How many criteria have an outcome.",
    (
        Key("met", NUMBER, "Số tiêu chí đạt.", "How many are met."),
        Key("not_met", NUMBER, "Số tiêu chí chưa đạt.", "How many are not met."),
        Key("undetermined", NUMBER, "Số tiêu chí chưa đủ căn cứ.", "How many are undetermined."),
        Key("total", NUMBER, "Tổng số tiêu chí.", "How many there are."),
    ),
)
EXPECT = Keys(
    "expect",
    "Những gì văn bản cho biết về đơn vị giả định.",
    "What the decision says of the made-up unit.",
    (
        Key("set", OneOf((_OUTCOMES, EXPECTED_SET)), "Kết quả của cả bộ tiêu chí.", "The outcome of the set."),
        Key("counts", COUNTS, "Số tiêu chí theo kết quả.", "Counts of criteria."),
        Key(
            "criteria",
            ByKey("number of a criterion", OneOf((_OUTCOMES, EXPECTED_CRITERION))),
            "Kết quả của các tiêu chí.",
            "Outcomes of criteria.",
        ),
        Key(
            "indicators",
            ByKey("number of an indicator", OneOf((_OUTCOMES, EXPECTED_INDICATOR))),
            "Kết quả của các chỉ tiêu.",
            "Outcomes of indicators.",
        ),
    ),
)
CASE = Keys(
    "case",
    "Một trường hợp kiểm thử; `ruleset` và `on` phải có ở đây hoặc trong `given`.",
    "One case; `ruleset` and `on` stand here or in `given`.",
    (
        Key("name", TEXT, "Trường hợp này kiểm tra điều gì.", "What the case shows.", required=True),
        *_SHARED,
        Key(
            "without",
            ListOf(FACT),
            "Các số liệu của `given` không có trong trường hợp này.",
            "Facts of `given` that are missing in this case.",
        ),
        Key("expect", EXPECT, "Kết quả mong đợi.", "What is expected.", required=True),
    ),
)
TESTS_FILE = Keys(
    "tests",
    "Các trường hợp kiểm thử.",
    "Cases that test rules.",
    (
        Key("given", GIVEN, "Những gì chung cho mọi trường hợp.", "What all cases share."),
        Key("cases", ListOf(CASE), "Các trường hợp.", "The cases.", required=True),
    ),
)

# -- problems that are right as they are ---------------------------------------------------------

ALLOWED = Keys(
    "allowed",
    "Một phát hiện được chấp nhận; mục không ghi áp dụng cho mọi giá trị.",
    "A problem that is right as it is; a key that is left out holds for anything.",
    (
        Key(
            "code", TEXT, "Mã phát hiện, ví dụ table.gap.", "The code of the problem, such as table.gap.", required=True
        ),
        Key("ruleset", RULESET, "Bộ tiêu chí.", "The ruleset."),
        Key("period", TEXT, "Giai đoạn.", "The period."),
        Key("province", PROVINCE, "Tỉnh có tệp được nêu.", "The province in whose files it is."),
        Key(
            "address",
            TEXT,
            "Chỉ tiêu hoặc phần của chỉ tiêu; với phát hiện khác là số liệu, mức đạt trung gian, khoảng ngày.",
            "The indicator or part; of other problems the fact, the grade, the days of a gap.",
        ),
        Key("reason", TEXT, "Lý do chấp nhận.", "Why it is right as it is.", required=True),
    ),
)
ALLOW_FILE = Keys(
    "allow",
    "Các phát hiện được chấp nhận.",
    "Problems of `ntm-rules check` that are right as they are.",
    (Key("allow", ListOf(ALLOWED), "Các phát hiện.", "The problems.", required=True),),
)
