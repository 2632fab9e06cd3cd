"""Keys that mappings of several kinds of files have in common."""

from attrs import evolve

from ntm_rules.model.citations import Confidence, Evidence
from ntm_rules.rules.keys.kinds import ADDRESS, DATE, TEXT, ByKey, Key, Keys, values_of

TITLE = Keys(
    "title",
    "Tên gọi; tiếng Anh không bắt buộc.",
    "A name. Without an English one the Vietnamese stands for both.",
    (
        Key("vi", TEXT, "Tên tiếng Việt, đúng như trong văn bản.", "The Vietnamese name, as printed.", required=True),
        Key("en", TEXT, "Tên tiếng Anh, nếu có.", "The English name, where there is one."),
    ),
)

_INSTRUMENT = (
    Key(
        "issuer",
        TEXT,
        "Cơ quan ban hành: `thu-tuong`, mã của bộ hoặc mã của tỉnh.",
        "Who issued it: `thu-tuong` for the Prime Minister, a ministry such as `bo-gddt`, or the id of a province.",
        required=True,
    ),
    Key(
        "number",
        TEXT,
        "Số, ký hiệu văn bản, ví dụ 318/QĐ-TTg.",
        "Its number as printed, such as 318/QĐ-TTg.",
        required=True,
    ),
    Key(
        "date",
        DATE,
        "Ngày ký; chỉ ghi tháng hoặc năm khi chưa biết rõ hơn.",
        "The date of signing; a month or a year only where no more is known.",
        required=True,
    ),
    Key("title", TITLE, "Trích yếu của văn bản.", "What the instrument is called."),
)
INSTRUMENT = Keys(
    "instrument",
    "Văn bản. Văn bản được xác định bằng cơ quan ban hành, số và ngày ký.",
    "A legal instrument, told apart by issuer, number and date.",
    _INSTRUMENT,
)
INSTRUMENT_OF_FILE = Keys(
    "instrument-of-file",
    "Văn bản mà tệp thể hiện.",
    "The instrument that the file puts into data.",
    (
        *_INSTRUMENT,
        Key("annex", TEXT, "Phụ lục chứa bộ tiêu chí, ví dụ I.", "The annex that holds the criteria, such as I."),
    ),
)

NOTE = Key("note", TEXT, "Ghi chú; không tham gia đánh giá.", "Free text; never part of the logic.")
POINT = Key(
    "point",
    TEXT,
    "Vị trí trong văn bản: điều, khoản, điểm hoặc dòng của bảng.",
    "Where it is in the instrument: article, clause, point or row.",
)
EVIDENCE = Key(
    "evidence",
    values_of(Evidence),
    "Mức độ đối chiếu: `official` là đã đối chiếu văn bản gốc, `secondary` là lấy từ báo chí hoặc cổng thông tin, "
    "`recalled` là ghi theo trí nhớ.",
    "How it was checked: `official` was read in the instrument, `secondary` in the press or on a portal, `recalled` "
    "is from memory.",
)
CONFIDENCE = Key(
    "confidence",
    values_of(Confidence),
    "Mức độ tin cậy của số liệu ghi theo trí nhớ.",
    "How sure a value from memory is.",
)
DISPUTED = Key(
    "disputed",
    TEXT,
    "Điều mà nguồn khác ghi trái với mức này, kèm nguồn đó; không dùng với `official`, không làm thay đổi kết quả.",
    "What another source says against the value, and that source; not with `official`, and it changes no outcome.",
)
SOURCE = Key(
    "source", TEXT, "Nguồn: một khóa trong mục `sources` của tệp.", "Where it was read: a key of the file's `sources`."
)
SOURCES = Key(
    "sources",
    ByKey("name", ADDRESS),
    "Địa chỉ web của các nguồn, mỗi nguồn đặt tên một lần.",
    "Web addresses, named once.",
)
FROM = Key("from", DATE, "Ngày đầu tiên.", "The first day.")
TO = Key("to", DATE, "Ngày cuối cùng.", "The last day.")
IN_FORCE = Keys(
    "in-force",
    "Thời gian có hiệu lực, tính cả ngày đầu và ngày cuối.",
    "The days on which it holds, both ends included.",
    (
        Key(
            "from",
            FROM.kind,
            "Ngày bắt đầu có hiệu lực; không ghi thì lấy ngày ký văn bản.",
            "The first day; the date of the instrument where it is left out.",
        ),
        TO,
    ),
)
KNOWN = (evolve(EVIDENCE, required=True), CONFIDENCE, SOURCE, NOTE)
"""How a number of a plan is known; each has to say how it was checked."""
