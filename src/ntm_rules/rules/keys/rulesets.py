"""The keys of ruleset files and of the layers over them: criteria, indicators, operations and grades."""

import re

from ntm_rules.model.aggregates import LEVELS
from ntm_rules.model.rulesets import MEANINGS
from ntm_rules.rules.keys.conditions import AGGREGATED, ANNOTATIONS, CELLS, CONDITION, DERIVED, OPERATORS
from ntm_rules.rules.keys.kinds import (
    FLAG,
    NUMBERED,
    PROVINCE,
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
)
from ntm_rules.rules.keys.shared import IN_FORCE, INSTRUMENT, INSTRUMENT_OF_FILE, NOTE, POINT, SOURCE, SOURCES, TITLE

# -- criteria and indicators -------------------------------------------------------------------

INDICATOR = Keys(
    "indicator",
    "Chỉ tiêu.",
    "An indicator.",
    (
        Key("no", TEXT, "Số hiệu chỉ tiêu, đúng như trong văn bản.", "Its number as printed.", required=True),
        Key("title", TITLE, "Tên chỉ tiêu.", "What it is called.", required=True),
        Key("require", CONDITION, "Điều kiện để đạt chỉ tiêu.", "The condition that has to hold.", required=True),
        Key(
            "applies_if",
            CONDITION,
            "Chỉ xét chỉ tiêu khi điều kiện này đạt (“nếu có”).",
            'The indicator applies only where this holds ("nếu có").',
        ),
        NOTE,
        POINT,
    ),
)
CRITERION = Keys(
    "criterion",
    "Tiêu chí.",
    "A criterion.",
    (
        Key("no", TEXT, "Số thứ tự tiêu chí, đúng như trong văn bản.", "Its number as printed.", required=True),
        Key("title", TITLE, "Tên tiêu chí.", "What it is called.", required=True),
        Key("indicators", ListOf(INDICATOR), "Các chỉ tiêu, theo thứ tự.", "Its indicators, in order.", required=True),
        Key(
            "at_least_n",
            WHOLE,
            "Số chỉ tiêu tối thiểu phải đạt; không ghi thì phải đạt tất cả.",
            "How many indicators have to be met; all where it is left out.",
        ),
        Key(
            "must",
            ListOf(TEXT),
            "Các chỉ tiêu bắt buộc phải đạt trong số đó, ghi theo số hiệu.",
            "The indicators that have to be met among these, by number.",
        ),
        Key(
            "counted",
            FLAG,
            "`false`: điều kiện chung, phải đạt nhưng không tính vào số tiêu chí.",
            "`false`: it is beside the numbered ones: it has to be met, and is not counted among the criteria.",
        ),
        NOTE,
    ),
)

# -- operations of a layer ---------------------------------------------------------------------

NUMBERS = OneOf((NUMBERED, ListOf(NUMBERED)))
SET = Keys(
    "set",
    "Quy định mức khác, giữ nguyên số liệu và phép so sánh.",
    "Another threshold for the same fact and operator.",
    (
        Key(
            "set", NUMBERS, "Chỉ tiêu hoặc phần của chỉ tiêu được thay mức.", "What gets the threshold.", required=True
        ),
        Key(
            "cells",
            CELLS,
            "Chỉ thay một số ô của bảng hiện có.",
            "Some cells of the table that is there, by column.",
        ),
        *OPERATORS,
        *ANNOTATIONS,
    ),
    (("cells", *(key.name for key in OPERATORS)),),
)
SET_PENDING = Keys(
    "set-pending",
    "Văn bản có quy định mức khác nhưng chưa nhập.",
    "The instrument fixes another threshold that nobody has copied yet.",
    (
        Key("set_pending", NUMBERS, "Chỉ tiêu hoặc phần của chỉ tiêu.", "What the instrument fixes.", required=True),
        SOURCE,
        POINT,
        NOTE,
    ),
)
REPLACE = Keys(
    "replace",
    "Thay điều kiện của chỉ tiêu.",
    "Another condition.",
    (
        Key("replace", NUMBERS, "Chỉ tiêu hoặc phần được thay.", "What gets the condition.", required=True),
        Key("require", CONDITION, "Điều kiện mới.", "The new condition.", required=True),
        Key("title", TITLE, "Tên mới, nếu có.", "A new name, where it has one."),
        Key(
            "applies_if",
            CONDITION,
            "Chỉ xét chỉ tiêu khi điều kiện này đạt.",
            "The indicator applies only where this holds.",
        ),
        NOTE,
    ),
)
_AFTER = Key(
    "after",
    TEXT,
    "Số hiệu đứng ngay trước; không ghi thì thêm vào cuối.",
    "The number that it comes after; last where it is left out.",
)
ADD_INDICATOR = Keys(
    "add-indicator",
    "Thêm một chỉ tiêu vào tiêu chí.",
    "An indicator for a criterion.",
    (
        Key("criterion", TEXT, "Số thứ tự tiêu chí được bổ sung.", "The number of the criterion.", required=True),
        _AFTER,
        Key("indicator", INDICATOR, "Chỉ tiêu mới.", "The new indicator.", required=True),
    ),
)
ADD_CRITERION = Keys(
    "add-criterion",
    "Thêm một tiêu chí.",
    "A criterion for the set.",
    (Key("criterion", CRITERION, "Tiêu chí mới.", "The new criterion.", required=True), _AFTER),
)
ADD_PART = Keys(
    "add-part",
    "Thêm một phần vào chỉ tiêu gồm nhiều phần.",
    "A part for an indicator that has several.",
    (
        Key(
            "part",
            CONDITION,
            "Điều kiện mới, có ghi tên phần ở `part`.",
            "The condition, with its `part`.",
            required=True,
        ),
        Key("to", NUMBERED, "Chỉ tiêu hoặc phần được bổ sung.", "What gets the part.", required=True),
        Key(
            "after",
            TEXT,
            "Phần đứng ngay trước; không ghi thì thêm vào cuối.",
            "The part that it comes after; last where it is left out.",
        ),
    ),
)

GRADE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_GRADE_NAME = Plain("lower-case letters, digits and hyphens", ("string",), f"^{GRADE_ID.pattern}$")
_OPERATION = Again("operation")
NEEDED = (
    Key(
        "at_least_n",
        WHOLE,
        "Số tiêu chí tối thiểu phải đạt; không ghi thì phải đạt tất cả, hoặc như bộ tiêu chí làm cơ sở.",
        "How many criteria have to be met; where it is left out all, or as many as in the set below it.",
    ),
    Key(
        "must",
        ListOf(TEXT),
        "Các tiêu chí bắt buộc phải đạt trong số đó, ghi theo số thứ tự.",
        "The criteria that have to be met among these, by number.",
    ),
)
_GRADE = (
    Key("grade", _GRADE_NAME, "Mã của mức, ví dụ co-ban-dat.", "Its id, such as co-ban-dat.", required=True),
    Key("title", TITLE, "Tên của mức.", "What it is called.", required=True),
    Key(
        "operations",
        ListOf(_OPERATION),
        "Những điểm yêu cầu khác với bộ tiêu chí; không bắt buộc khi đã ghi `at_least_n` hoặc `must`.",
        "What it asks for otherwise than the set; it may ask for less. Not needed beside `at_least_n` or `must`.",
    ),
    *NEEDED,
)
GRADE = Keys(
    "grade",
    "Mức đạt trung gian, ví dụ cơ bản đạt chuẩn.",
    'An outcome below met, such as "cơ bản đạt chuẩn".',
    _GRADE,
)
ADD_GRADE = Keys(
    "add-grade",
    "Thêm một mức đạt trung gian.",
    "An outcome below met for the set.",
    (
        *_GRADE,
        Key(
            "after",
            _GRADE_NAME,
            "Mức cao hơn liền kề; không ghi thì thêm làm mức thấp nhất.",
            "The grade just above it; it is the lowest where this is left out.",
        ),
    ),
)
CHANGE_GRADE = Keys(
    "change-grade",
    "Sửa một mức đạt trung gian mà văn bản trước đã quy định.",
    "Changes a grade that an earlier file declares.",
    (
        Key("grade", _GRADE_NAME, "Mã của mức được sửa.", "Which grade.", required=True),
        Key("title", TITLE, "Tên mới, nếu có.", "A new name, where it has one."),
        Key(
            "lapse",
            ListOf(NUMBERED),
            "Những số hiệu mà quy định trước đây của mức này hết áp dụng: từ nay yêu cầu như bộ tiêu chí.",
            "Numbers at which what was said of the grade lapses: there it asks for what the set asks.",
        ),
        Key(
            "operations",
            ListOf(_OPERATION),
            "Những điểm yêu cầu khác được bổ sung.",
            "What else it asks for otherwise than the set.",
        ),
        *NEEDED,
    ),
)
REMOVED_GRADE = Keys(
    "removed-grade",
    "Mức đạt trung gian bị bỏ.",
    "A grade that is removed.",
    (Key("grade", _GRADE_NAME, "Mã của mức.", "Its id.", required=True),),
)
ADD = Keys(
    "add",
    "Bổ sung tiêu chí, chỉ tiêu, phần của chỉ tiêu hoặc mức đạt trung gian.",
    "Adds a criterion, an indicator, a part of one, or a grade.",
    (
        Key(
            "add",
            OneOf((ADD_INDICATOR, ADD_CRITERION, ADD_PART, ADD_GRADE)),
            "Nội dung được bổ sung.",
            "What is added.",
            required=True,
        ),
    ),
)
REMOVED_CRITERION = Keys(
    "removed-criterion",
    "Tiêu chí bị bỏ.",
    "A criterion that is removed.",
    (Key("criterion", TEXT, "Số thứ tự tiêu chí.", "Its number.", required=True),),
)
REMOVE = Keys(
    "remove",
    "Bỏ tiêu chí, chỉ tiêu, phần của chỉ tiêu, ô của bảng hoặc mức đạt trung gian.",
    "Removes a criterion, an indicator, a part of one, cells of its table, or a grade.",
    (
        Key(
            "remove",
            OneOf((*NUMBERS.kinds, REMOVED_CRITERION, REMOVED_GRADE)),
            "Chỉ tiêu, phần của chỉ tiêu, tiêu chí hoặc mức bị bỏ.",
            "What is removed.",
            required=True,
        ),
        Key(
            "cells",
            ListOf(TEXTS),
            "Chỉ bỏ những ô này của bảng: tên cột, hoặc danh sách các cột từ ngoài vào trong.",
            "Only these cells of its table: a column, or the columns of a cell from the outer one on.",
        ),
    ),
)
RETITLE = Keys(
    "retitle",
    "Đổi tên chỉ tiêu.",
    "Another name.",
    (
        Key("retitle", NUMBERS, "Chỉ tiêu hoặc phần được đổi tên.", "What is renamed.", required=True),
        Key("title", TITLE, "Tên mới.", "The new name.", required=True),
    ),
)
OPERATIONS = {
    "set": SET,
    "set_pending": SET_PENDING,
    "replace": REPLACE,
    "remove": REMOVE,
    "retitle": RETITLE,
    "add": ADD,
    "grade": CHANGE_GRADE,
}
"""The keys of an operation, by the one that tells its kind."""

OPERATION = OneOf(
    tuple(OPERATIONS.values()),
    "operation",
    "Một nội dung sửa đổi bộ tiêu chí.",
    "One change to the criteria.",
)

# -- files -------------------------------------------------------------------------------------

_PERIOD = Key("period", TEXT, "Giai đoạn, ví dụ 2021-2025.", "The period, such as 2021-2025.", required=True)
_HEAD = (
    Key("title", TITLE, "Tên của bộ tiêu chí hoặc văn bản.", "What the set or the decision is called."),
    Key("instrument", INSTRUMENT_OF_FILE, "Văn bản ban hành.", "The instrument.", required=True),
    Key("in_force", IN_FORCE, "Thời gian có hiệu lực.", "When it is in force."),
    Key(
        "read",
        Choice(("whole", "partly")),
        "Đã đọc toàn bộ (`whole`, nếu không ghi) hay chỉ một phần văn bản (`partly`).",
        "Whether the text was read as a whole (`whole`, where it is left out) or not (`partly`).",
    ),
    SOURCES,
    Key(
        "instruments",
        ByKey("name", INSTRUMENT),
        "Các văn bản khác được dẫn chiếu, mỗi văn bản đặt tên một lần.",
        "Other instruments that cells cite, named once.",
    ),
    Key(
        "derive",
        ByKey("id of the new fact", DERIVED),
        "Số liệu được tính từ số liệu khác.",
        "Facts worked out from other facts.",
    ),
    Key(
        "aggregate",
        ByKey("id of a fact", AGGREGATED),
        "Số liệu tổng hợp từ đơn vị cấp dưới.",
        "Facts that follow from the units below, or from a finding.",
    ),
    Key(
        "grades",
        ListOf(GRADE),
        "Các mức đạt trung gian, xếp từ cao xuống thấp.",
        "Outcomes below met, the highest first.",
    ),
    NOTE,
)
RULESET_FILE = Keys(
    "ruleset",
    "Bộ tiêu chí.",
    "A ruleset: a national set, or one that a single province has of its own.",
    (
        Key("ruleset", RULESET, "Mã bộ tiêu chí: cấp/mức.", "Its id: level/tier.", required=True),
        Key(
            "province",
            PROVINCE,
            "Tỉnh ban hành bộ tiêu chí riêng.",
            "The province that has the set of its own.",
        ),
        _PERIOD,
        *_HEAD,
        Key("criteria", ListOf(CRITERION), "Các tiêu chí, theo thứ tự.", "The criteria, in order.", required=True),
        *NEEDED,
        Key(
            "level",
            Choice(LEVELS),
            "Cấp được đánh giá, khi mã bộ tiêu chí không cho biết.",
            "The level that it judges, where its id does not say it.",
        ),
        Key(
            "met_means",
            Choice(MEANINGS),
            "Ý nghĩa khi đơn vị thỏa mãn bộ này, nếu không phải là “đạt”; chỉ để diễn đạt: `withdrawal` là thuộc "
            "trường hợp xét thu hồi.",
            "What it means that a unit meets the set, where that is not good news; for words only: `withdrawal`, it is "
            "to be considered for withdrawal.",
        ),
        Key(
            "tested_against",
            ByKey("tier", RULESET),
            "Với mỗi mức, bộ tiêu chí có kết quả rà soát được xét.",
            "For each tier the ruleset whose finding is tested.",
        ),
    ),
)
_CHANGES = (
    Key(
        "operations",
        ListOf(OPERATION),
        "Các nội dung sửa đổi; không ghi khi chỉ biết là có văn bản.",
        "The changes; left out where only the instrument is known (`read: partly`).",
    ),
    Key(
        "replaces",
        ListOf(INSTRUMENT),
        "Các văn bản hết hiệu lực khi văn bản này có hiệu lực.",
        "Instruments that end with this one.",
    ),
    *NEEDED,
)
AMENDMENT_FILE = Keys(
    "amendment",
    "Văn bản sửa đổi bộ tiêu chí quốc gia, hoặc bộ tiêu chí riêng của tỉnh.",
    "A decision that changes a national set, or the set that a province has of its own.",
    (
        Key("amends", RULESET, "Bộ tiêu chí được sửa đổi.", "The ruleset that it changes.", required=True),
        Key(
            "province",
            PROVINCE,
            "Tỉnh có bộ tiêu chí riêng được sửa đổi.",
            "The province whose own set it changes.",
        ),
        _PERIOD,
        *_HEAD,
        *_CHANGES,
    ),
)
OVERLAY_FILE = Keys(
    "overlay",
    "Quy định của tỉnh trên cơ sở bộ tiêu chí quốc gia.",
    "A province's decision over a national set.",
    (
        Key("overlay", RULESET, "Bộ tiêu chí quốc gia làm cơ sở.", "The ruleset under it.", required=True),
        Key(
            "province",
            PROVINCE,
            "Tỉnh ban hành; chỉ không ghi khi quy định do phần mềm khác cung cấp.",
            "The province; left out only in an overlay that a caller hands in.",
        ),
        _PERIOD,
        *_HEAD,
        *_CHANGES,
    ),
)
