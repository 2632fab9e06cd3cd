"""The keys of mapping files: what the columns of a system with names of its own hold."""

from ntm_rules.model.judgements import Body
from ntm_rules.rules.keys.kinds import (
    FACT,
    NUMBER,
    NUMBERED,
    TEXT,
    TEXTS,
    WHOLE,
    ByKey,
    Choice,
    Key,
    Keys,
    OneOf,
    values_of,
)

DETAILS = ("date", "name", "document", "note")
"""The fields of a judgement that have columns of their own."""

MAPPED_COLUMN = Keys(
    "mapped-column",
    "Nội dung của một cột.",
    "What a column holds.",
    (
        Key("fact", FACT, "Số liệu: mã hoặc tên tiếng Việt.", "The fact: its id or Vietnamese title."),
        Key(
            "judgement",
            NUMBERED,
            "Cột ghi kết quả đánh giá tiêu chí, chỉ tiêu có số hiệu này.",
            "It holds what was decided on the indicator or criterion with this printed number.",
        ),
        Key(
            "figures_in",
            TEXT,
            "Đơn vị tính của cột, ví dụ nghìn đồng; không ghi thì là đơn vị tính của số liệu.",
            "The unit of its figures, such as nghìn đồng; that of the fact where it is left out.",
            beside="fact",
        ),
        Key(
            "factor",
            NUMBER,
            "Hệ số nhân để ra đơn vị tính của số liệu, ví dụ 100 với tỷ lệ ghi 0,825; không dùng cùng `figures_in`.",
            "By what its figures are multiplied, such as 100 for shares written as 0.825; not with `figures_in`.",
            beside="fact",
        ),
        Key(
            "values",
            ByKey("what is meant", TEXTS),
            "Cách ghi riêng của cột: `yes`, `no`, `missing`, `not_applicable`, hoặc giá trị của số liệu.",
            "Own words of the column, by `yes`, `no`, `missing`, `not_applicable` or the value of the fact.",
        ),
        Key(
            "body",
            values_of(Body),
            "Cơ quan đánh giá; không ghi thì là `other`.",
            "Who judged; `other` where it is left out.",
            beside="judgement",
        ),
        Key(
            "detail",
            Choice(DETAILS),
            "Cột ghi ngày, cơ quan, văn bản hoặc lý do của kết quả đánh giá, không ghi kết quả.",
            "It does not hold the outcome but the date, the name of the body, the document or the reason.",
            beside="judgement",
        ),
    ),
    (("fact", "judgement"),),
)
OWN_WORDS = Keys(
    "own-words",
    "Cách ghi riêng trong mọi cột.",
    "Own words in all columns.",
    (
        Key("yes", TEXTS, "Đạt, có.", "Yes, met."),
        Key("no", TEXTS, "Chưa đạt, không.", "No, not met."),
        Key("missing", TEXTS, "Chưa có số liệu.", "Not known."),
        Key("not_applicable", TEXTS, "Không áp dụng; chỉ dùng cho đánh giá.", "Not applicable; of judgements only."),
    ),
)
MAPPING_FILE = Keys(
    "mapping",
    "Tệp ánh xạ: ý nghĩa các cột trong bảng của một phần mềm.",
    "A mapping file: what the columns of a system with names of its own hold.",
    (
        Key("mapping", TEXT, "Tên phần mềm hoặc bảng.", "What it is for: a system, or a table.", required=True),
        Key("unit", TEXT, "Cột ghi mã hoặc tên đơn vị.", "The column that names the unit."),
        Key("unit_width", WHOLE, "Số chữ số của mã đơn vị.", "How many digits codes of units have."),
        Key(
            "decimal",
            Choice(("comma", "point")),
            "Dấu thập phân: phẩy (`comma`) hoặc chấm (`point`).",
            "What separates decimals, where a number can be read in two ways.",
        ),
        Key("keep", TEXTS, "Các cột giữ nguyên.", "Columns that pass through."),
        Key("ignore", TEXTS, "Các cột bỏ qua.", "Columns that are not read."),
        Key("values", OWN_WORDS, "Cách ghi riêng trong mọi cột.", "Own words in all columns."),
        Key(
            "columns",
            ByKey("name of a column", OneOf((FACT, MAPPED_COLUMN))),
            "Nội dung từng cột.",
            "What each column holds.",
        ),
    ),
)
