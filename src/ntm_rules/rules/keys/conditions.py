"""The keys of conditions, thresholds and cells, and of facts that follow from other facts."""

from ntm_rules.model.aggregates import CRITERIA, LEVELS, How
from ntm_rules.model.conditions import By, Op
from ntm_rules.model.outcomes import Outcome
from ntm_rules.rules.keys.kinds import (
    FACT,
    FLAG,
    NUMBER,
    RULESET,
    TEXT,
    TEXTS,
    WHOLE,
    Again,
    ByKey,
    Choice,
    Key,
    Keys,
    ListOf,
    OneOf,
    Plain,
    values_of,
)
from ntm_rules.rules.keys.shared import CONFIDENCE, DISPUTED, EVIDENCE, NOTE, POINT, SOURCE, TITLE

# -- cells and thresholds ----------------------------------------------------------------------

STATES = Choice(("none", "delegated", "pending"))
ANNOTATIONS = (
    EVIDENCE,
    CONFIDENCE,
    SOURCE,
    Key(
        "cite",
        TEXT,
        "Văn bản khác quy định mức này: một khóa trong mục `instruments` của tệp.",
        "Another instrument that fixes the value: a key of the file's `instruments`.",
    ),
    POINT,
    DISPUTED,
    NOTE,
    Key(
        "free",
        FLAG,
        "`true`: tỉnh được quy định mức dễ đạt hơn mức này.",
        "`true`: the set of a province may ask for less than this value.",
    ),
    Key(
        "when_empty",
        Choice((Outcome.MET.code, Outcome.NOT_MET.code, Outcome.NOT_APPLICABLE.code)),
        "Kết quả của tỷ lệ có mẫu số bằng 0.",
        "The outcome of a ratio whose whole is 0.",
    ),
)
"""What may be in a cell, or beside the operator for all cells of a threshold that do not say otherwise."""

CELL = Keys(
    "cell",
    "Một ô của bảng, hoặc mức quy định duy nhất.",
    "One cell of a table, or the only value of a threshold.",
    (
        Key(
            "value",
            TEXTS,
            "Mức quy định: một con số, `true` hoặc `false`, một bậc, một loại; với `one_of` là danh sách.",
            "What is asked for: a number, `true` or `false`, a level, a category; a list for `one_of`.",
        ),
        Key(
            "state",
            STATES,
            "Thay cho mức quy định: `none` là không quy định, `delegated` là giao cấp dưới quy định, `pending` là "
            "văn bản có quy định nhưng chưa nhập.",
            "Instead of a value: `none` asks for nothing, `delegated` leaves it to a lower level, `pending` is fixed "
            "by the instrument and was not copied yet.",
        ),
        *ANNOTATIONS,
    ),
    (("value", "state"),),
)
_CELL = OneOf(
    (STATES, TEXTS, CELL),
    "cell-or-value",
    "Một ô: mức quy định, tình trạng của mức quy định, hoặc cả hai kèm nguồn.",
    "A cell: a value, a state, or a mapping that says more of it.",
)
COLUMNS = OneOf(
    (_CELL, ByKey("column", Again("columns"))),
    "columns",
    "Các cột của bảng, mỗi yếu tố phân cột một tầng; `ALL` là cột chung, `*` là mọi cột không nêu riêng.",
    "The columns of a table, one selector a level; `ALL` is the printed general column, which binds no unit, and `*` "
    "is every column that has no key of its own.",
)
CELLS = ByKey("column", COLUMNS)
TABLE = Keys(
    "table",
    "Bảng mức quy định theo vùng, năm hoặc yếu tố khác.",
    "A threshold that depends on the region, the year or another fact.",
    (
        Key(
            "by",
            ListOf(FACT),
            "Các số liệu quyết định cột áp dụng; `year` là năm đánh giá.",
            "The facts that pick the column; `year` is the year of the assessment.",
            required=True,
        ),
        Key("cells", CELLS, "Các ô của bảng, theo cột.", "The cells, by column.", required=True),
    ),
)
RELATIVE = Keys(
    "relative",
    "Mức quy định bằng một số lần mức của bộ tiêu chí khác.",
    "A multiple of the threshold of another tier.",
    (
        Key("times", _CELL, "Số lần, lớn hơn 0.", "The factor, above 0.", required=True),
        Key(
            "of",
            Plain("address of a threshold", ("string",), r"^[^#]+#.+$"),
            "Mức được nhân, ví dụ commune/nang-cao#10.",
            "The threshold, such as commune/nang-cao#10.",
            required=True,
        ),
    ),
)
THRESHOLD = OneOf(
    (TABLE, RELATIVE, _CELL),
    "threshold",
    "Mức quy định: một ô, một bảng, hoặc một số lần mức của bộ tiêu chí khác.",
    "What is asked for: a cell, a table, or a multiple of another tier's threshold.",
)

# -- conditions --------------------------------------------------------------------------------

_PART = (
    Key(
        "part",
        TEXT,
        "Ký hiệu của phần trong chỉ tiêu: `a` trong chỉ tiêu 14.1 thành 14.1a.",
        "Names the condition as a part of its indicator: `a` in 14.1 is 14.1a.",
    ),
    Key("title", TITLE, "Tên của phần.", "What the part is called."),
)
OPERATORS = (
    Key(
        Op.EQUALS.value,
        THRESHOLD,
        "Bằng mức quy định; yêu cầu “Đạt” ghi là `true`.",
        'Equal to it; "đạt" in the printed table is `true`.',
    ),
    Key(Op.ONE_OF.value, THRESHOLD, "Là một trong các giá trị được nêu.", "One of the values listed."),
    Key(Op.AT_LEAST.value, THRESHOLD, "Từ mức quy định trở lên.", "This much or more."),
    Key(Op.AT_MOST.value, THRESHOLD, "Không quá mức quy định.", "This much or less."),
    Key(Op.MORE_THAN.value, THRESHOLD, "Trên mức quy định.", "More than this."),
    Key(Op.LESS_THAN.value, THRESHOLD, "Dưới mức quy định.", "Less than this."),
    Key(Op.LEVEL_AT_LEAST.value, THRESHOLD, "Từ bậc quy định trở lên.", "This level or a better one."),
)
_OPERATOR = tuple(key.name for key in OPERATORS)
COMPARISON = Keys(
    "comparison",
    "So sánh số liệu với mức quy định.",
    "Compares a fact with a threshold.",
    (
        Key("fact", FACT, "Số liệu được so sánh.", "The fact compared."),
        Key(
            "facts",
            ListOf(FACT),
            "Nhiều số liệu, số liệu nào cũng phải đạt mức quy định (ví dụ nam và nữ).",
            "Several facts, of which each has to pass (men and women).",
        ),
        *OPERATORS,
        *_PART,
        *ANNOTATIONS,
    ),
    (("fact", "facts"), _OPERATOR),
)
JOINED = Keys(
    "joined",
    "Điều kiện gồm các điều kiện khác.",
    "Conditions joined to one.",
    (
        Key("all", ListOf(Again("condition")), "Tất cả các điều kiện đều phải đạt.", "All of them have to hold."),
        Key("any", ListOf(Again("condition")), "Chỉ cần một điều kiện đạt.", "One of them has to hold."),
        Key("not", Again("condition"), "Đạt khi điều kiện này chưa đạt.", "The condition must not hold."),
        *_PART,
    ),
    (("all", "any", "not"),),
)
AT_LEAST_N = Keys(
    "at-least-n",
    "Đạt ít nhất một số điều kiện trong danh sách.",
    "Some of several conditions.",
    (
        Key(
            "at_least_n",
            WHOLE,
            "Số điều kiện tối thiểu phải đạt.",
            "How many of the members have to hold.",
            required=True,
        ),
        Key("of", ListOf(Again("condition")), "Các điều kiện.", "The members.", required=True),
        *_PART,
    ),
)


def _prerequisite(required: bool) -> tuple[Key, ...]:
    """Return the keys of a prerequisite; in a share of units they may be left out together."""
    beside = "" if required else "meets"
    return (
        Key("meets", RULESET, "Bộ tiêu chí phải đạt.", "The ruleset that has to be met.", required=required),
        Key(
            "by",
            values_of(By),
            "Căn cứ: `act` là đã được công nhận, `finding` là kết quả rà soát, `either` là một trong hai.",
            "By what: `act` is the recognition, `finding` the result of the figures, `either` one of the two.",
            required=True,
            beside=beside,
        ),
        Key(
            "recognised",
            FACT,
            "Số liệu cho biết đã được công nhận hay chưa; bắt buộc với `act` và `either`.",
            "The yes/no fact that tells the recognition; needed by `act` and `either`.",
            beside=beside,
        ),
        Key(
            "period",
            TEXT,
            "Giai đoạn của bộ tiêu chí đó, khi văn bản có nêu.",
            "The period of that ruleset, where the text names one.",
            beside=beside,
        ),
    )


PREREQUISITE = Keys(
    "prerequisite",
    "Điều kiện đã đạt một bộ tiêu chí khác.",
    "Another ruleset that has to be met first.",
    (*_prerequisite(required=True), *_PART, *ANNOTATIONS),
)
OPEN = Keys(
    "open",
    "Điều kiện chưa biết hoặc giao cấp dưới quy định.",
    "A condition that is not known yet, or left to a lower level.",
    (
        Key(
            "pending",
            THRESHOLD,
            "Văn bản có quy định nhưng chưa nhập; ghi ô hoặc bảng các ô chưa nhập.",
            "The instrument fixes it and nobody has copied it yet; a cell, or a table of pending cells.",
        ),
        Key(
            "delegated",
            THRESHOLD,
            "Văn bản giao cấp dưới quy định; ghi ô hoặc bảng các ô đó.",
            "The instrument leaves it to a lower level; a cell, or a table of such cells.",
        ),
        *_PART,
        *ANNOTATIONS,
    ),
    (("pending", "delegated"),),
)
CONDITION = OneOf(
    (Choice(("pending", "delegated")), COMPARISON, JOINED, AT_LEAST_N, PREREQUISITE, OPEN),
    "condition",
    "Điều kiện; `pending` hoặc `delegated` đứng một mình là toàn bộ điều kiện chưa biết hoặc giao cấp dưới quy định.",
    "What has to hold; `pending` or `delegated` alone leaves the whole condition open.",
)

# -- facts that follow from others -------------------------------------------------------------

RATIO = Keys(
    "ratio",
    "Tỷ lệ được tính chính xác từ hai số liệu.",
    "Two facts of which a share follows exactly.",
    (
        Key("part", FACT, "Tử số.", "The part.", required=True),
        Key("whole", FACT, "Mẫu số.", "The whole.", required=True),
    ),
)
TIMES = Keys(
    "times",
    "Một số liệu bằng bao nhiêu lần số liệu khác cùng đơn vị tính.",
    "How many times as large a fact is as another one in the same unit.",
    (
        Key("fact", FACT, "Số liệu được so với mức gốc.", "The fact that is compared.", required=True),
        Key("of", FACT, "Mức gốc: số liệu được lấy làm 1 lần.", "The base: the fact that is 1 time.", required=True),
    ),
)
VALUE_OF_FACT = Keys(
    "value-of-fact",
    "Lấy giá trị của một số liệu khác.",
    "The value of another fact.",
    (Key("fact", FACT, "Số liệu được lấy giá trị.", "The fact whose value it takes.", required=True),),
)
_THEN = OneOf((TEXT, VALUE_OF_FACT))
CASE_ROW = Keys(
    "case-row",
    "Một trường hợp.",
    "A row of a case.",
    (
        Key("when", CONDITION, "Điều kiện của trường hợp.", "The guard.", required=True),
        Key("then", _THEN, "Giá trị khi điều kiện đạt.", "The value where the guard holds.", required=True),
    ),
)
BANDS = Keys(
    "bands",
    "Điểm theo từng mức của một số liệu.",
    "Points by band of a figure: those of the first band that it reaches.",
    (
        Key("fact", FACT, "Số liệu được xếp theo mức.", "The fact whose bands these are.", required=True),
        *(
            Key(op.value, ByKey("threshold", NUMBER), vi, en)
            for op, vi, en in (
                (
                    Op.AT_LEAST,
                    "Từ mức này trở lên thì được số điểm này; mức cao ghi trước.",
                    "From this much on so many points; the highest first.",
                ),
                (
                    Op.MORE_THAN,
                    "Trên mức này thì được số điểm này; mức cao ghi trước.",
                    "Above this so many points; the highest first.",
                ),
                (
                    Op.AT_MOST,
                    "Không quá mức này thì được số điểm này; mức thấp ghi trước.",
                    "Up to this much so many points; the lowest first.",
                ),
                (
                    Op.LESS_THAN,
                    "Dưới mức này thì được số điểm này; mức thấp ghi trước.",
                    "Below this so many points; the lowest first.",
                ),
            )
        ),
        Key(
            "else",
            NUMBER,
            "Số điểm khi không thuộc mức nào; không ghi thì điểm chưa xác định.",
            "The points where it reaches no band; left out they are not known.",
        ),
        *ANNOTATIONS,
    ),
    ((Op.AT_LEAST.value, Op.MORE_THAN.value, Op.AT_MOST.value, Op.LESS_THAN.value),),
)
PART_OF_POINTS = Keys(
    "part-of-points",
    "Một mục được chấm điểm.",
    "A part of a score.",
    (
        Key("fact", FACT, "Số điểm được chấm.", "The fact that holds the points given.", required=True),
        Key(
            "out_of",
            NUMBER,
            "Số điểm tối đa của mục; `0` đối với điểm thưởng hoặc điểm trừ, ngoài thang điểm.",
            "The most points of the part; `0` for bonus points and deductions, which are outside the total.",
            required=True,
        ),
        Key(
            "applies_if",
            CONDITION,
            "Chỉ tính mục này khi điều kiện đạt.",
            "The part counts only where this holds; no `meets` in it.",
        ),
    ),
)
POINTS = Keys(
    "points",
    "Tổng điểm của các mục được chấm.",
    "Points added up, out of a total.",
    (
        Key(
            "out_of",
            NUMBER,
            "Tổng điểm tối đa, bằng đúng tổng của các mục.",
            "What the `out_of` of the parts add up to, exactly.",
            required=True,
        ),
        Key("members", ListOf(PART_OF_POINTS), "Các mục được chấm điểm.", "The parts.", required=True),
    ),
)
DERIVED = Keys(
    "derived",
    "Số liệu được tính từ số liệu khác.",
    "A fact worked out from other facts.",
    (
        Key("title", TITLE, "Tên của số liệu.", "What the fact is called."),
        Key(
            "case",
            ListOf(CASE_ROW),
            "Các trường hợp; lấy trường hợp đầu tiên có điều kiện đạt.",
            "Rows of which the first whose guard holds gives the value.",
        ),
        Key("else", _THEN, "Giá trị khi không có trường hợp nào đạt.", "The value where no row holds.", beside="case"),
        Key(
            "exclusive",
            FLAG,
            "`true`: hai trường hợp cùng đạt thì chưa xác định được giá trị.",
            "`true`: two guards that both hold leave the value undetermined.",
            beside="case",
        ),
        Key(
            "values",
            ByKey("value", TITLE),
            "Cách viết các giá trị.",
            "How the values are printed.",
            beside="case",
        ),
        Key(
            "unit",
            TEXT,
            "Đơn vị tính, khi giá trị của các trường hợp là con số, ví dụ `points`.",
            "The unit of measurement, where the rows of `case` or `bands` give numbers, such as `points`.",
        ),
        Key("bands", BANDS, "Điểm theo từng mức của một số liệu.", "Points by band of a figure; they have a `unit`."),
        Key("ratio", RATIO, "Tỷ lệ của hai số liệu, tính bằng phần trăm.", "The share of two facts, in percent."),
        Key(
            "times",
            TIMES,
            "Số lần của một số liệu so với số liệu khác, ví dụ thu nhập so với lúc được công nhận.",
            "How many times as large a fact is as another one: income over that at recognition.",
        ),
        Key("min_of", ListOf(FACT), "Giá trị nhỏ nhất của các số liệu.", "The least of the facts."),
        Key("max_of", ListOf(FACT), "Giá trị lớn nhất của các số liệu.", "The greatest of the facts."),
        Key("points", POINTS, "Tổng điểm.", "Points added up."),
        Key("sum", ListOf(FACT), "Tổng của các số liệu.", "The sum of the facts."),
        Key(
            "difference",
            ListOf(FACT),
            "Số liệu thứ nhất trừ số liệu thứ hai.",
            "The first of two facts less the second one.",
        ),
        Key("mean", ListOf(FACT), "Trung bình cộng của các số liệu.", "The mean of the facts."),
        Key(
            "replace",
            FLAG,
            "`true`: thay cách tính mà quyết định trước của cùng cơ quan đã quy định.",
            "`true`: it takes the place of the one that an earlier decision derives.",
        ),
        Key(
            "remove",
            FLAG,
            "`true`: bỏ số liệu mà quyết định trước của cùng cơ quan đã quy định.",
            "`true`: what an earlier decision derives is taken out.",
        ),
    ),
    (("case", "bands", "ratio", "times", "min_of", "max_of", "points", "sum", "difference", "mean", "remove"),),
)

_LEVEL = Choice(LEVELS)
_CRITERIA = Choice((CRITERIA,))
UNITS = Keys(
    "units",
    "Số lượng hoặc tỷ lệ đơn vị cấp dưới thỏa mãn điều kiện.",
    "Units below that pass a test, as a share or a number.",
    (
        Key("share_of", _LEVEL, "Tỷ lệ trong các đơn vị cấp này.", "A share of the units of this level."),
        Key("count_of", _LEVEL, "Số lượng đơn vị cấp này.", "A number of units of this level."),
        Key("fact", FACT, "Số liệu có/không của từng đơn vị.", "A yes/no fact of these units."),
        *_prerequisite(required=False),
    ),
    (("share_of", "count_of"), ("fact", "meets")),
)
CRITERIA_NOT_MET = Keys(
    "criteria-not-met",
    "Số lượng hoặc tỷ lệ tiêu chí chưa đạt của kết quả rà soát.",
    "Criteria of a finding that are not met, as a share or a number.",
    (
        Key("share_of", _CRITERIA, "Tỷ lệ trong các tiêu chí.", "A share of the criteria."),
        Key("count_of", _CRITERIA, "Số lượng tiêu chí.", "A number of criteria."),
        Key(
            "outcome",
            Choice((Outcome.NOT_MET.code,)),
            "Kết quả của các tiêu chí được tính.",
            "The outcome that is counted.",
            required=True,
        ),
        Key(
            "among",
            ByKey("id of a ruleset", ListOf(TEXT)),
            "Chỉ tính các tiêu chí có số hiệu này, theo từng bộ tiêu chí.",
            "For each ruleset the numbers of the criteria that count; left out where all do.",
        ),
    ),
    (("share_of", "count_of"),),
)
VALUES = Keys(
    "values",
    "Giá trị nhỏ nhất, lớn nhất hoặc tổng của số liệu các đơn vị cấp dưới.",
    "The least, the greatest or the sum of a fact of the units below.",
    (
        Key(How.LEAST.value, OneOf((FACT, ListOf(FACT))), "Giá trị nhỏ nhất.", "The least value of these facts."),
        Key(How.GREATEST.value, OneOf((FACT, ListOf(FACT))), "Giá trị lớn nhất.", "The greatest value of these facts."),
        Key(How.SUM.value, OneOf((FACT, ListOf(FACT))), "Tổng các giá trị.", "The sum of the values."),
        Key("over", _LEVEL, "Các đơn vị cấp này.", "The level of the units.", required=True),
    ),
    (tuple(how.value for how in How),),
)
OF_FINDING = Keys(
    "of-finding",
    "Lấy từ kết quả rà soát.",
    "What a finding says as a whole.",
    (
        Key(
            "finding",
            Choice(("satisfied", "tier")),
            "`satisfied` là đạt hay không, `tier` là mức đang xét thu hồi.",
            "`satisfied` is whether the set is met, `tier` the tier whose recognition is at stake.",
            required=True,
        ),
    ),
)
AGGREGATED = OneOf(
    (UNITS, CRITERIA_NOT_MET, VALUES, OF_FINDING),
    "aggregated",
    "Số liệu tổng hợp từ đơn vị cấp dưới hoặc từ kết quả rà soát.",
    "A fact that follows from the units below, or from a finding.",
)
