"""The keys of what rules refer to: measures, facts, provinces, and what provinces plan and declare."""

from attrs import evolve

from ntm_rules.model.acts import MergerPolicy
from ntm_rules.model.facts import Direction, FactType, Merge
from ntm_rules.rules.keys.conditions import RATIO
from ntm_rules.rules.keys.kinds import (
    CODE,
    DATE,
    FACT,
    FLAG,
    NUMBER,
    PROVINCE,
    RULESET,
    TEXT,
    WHOLE,
    YEAR,
    ByKey,
    Choice,
    Key,
    Keys,
    ListOf,
    OneOf,
    values_of,
)
from ntm_rules.rules.keys.shared import (
    CONFIDENCE,
    EVIDENCE,
    FROM,
    IN_FORCE,
    INSTRUMENT,
    KNOWN,
    NOTE,
    SOURCE,
    SOURCES,
    TITLE,
    TO,
)

MAX_DECIMALS = 6

# -- facts -------------------------------------------------------------------------------------

_OWNER = Key(
    "province",
    PROVINCE,
    "Tỉnh có riêng danh mục này: chỉ dùng trong các tệp của tỉnh đó.",
    "The province to which it belongs: only its own files know what is in it.",
)
MEASURES_FILE = Keys(
    "measures",
    "Danh mục đơn vị tính.",
    "Units of measurement, once for all files.",
    (
        _OWNER,
        Key("measures", ByKey("id of the unit", TITLE), "Các đơn vị tính.", "The units.", required=True),
    ),
)
_TITLES = OneOf((ListOf(TEXT), ByKey("value", TITLE)))
CONSISTENCY = Keys(
    "consistency",
    "Quan hệ chắc chắn với số liệu khác của cùng đơn vị, theo định nghĩa của các số liệu.",
    "What a fact certainly has to be to others of the same unit, because of what they mean.",
    (
        Key(
            "at_most",
            ListOf(FACT),
            "Các số liệu mà số liệu này không bao giờ lớn hơn: cùng là `percent`, hoặc cùng là `count`.",
            "Facts that it is never greater than: all of them `percent`, or all of them `count`.",
        ),
        Key(
            "part_of",
            ListOf(FACT),
            "Các số lượng đã gồm số lượng này.",
            "Counts in which all that it counts is counted too.",
        ),
        Key(
            "sum_of",
            ListOf(FACT),
            "Các số lượng cộng lại thành số lượng này.",
            "Counts that it is the sum of.",
        ),
        Key(
            "mean_of",
            ListOf(FACT),
            "Các tỷ lệ của từng nhóm (nam, nữ) mà số liệu này là tỷ lệ chung. Nơi quy định hỏi từng nhóm, tỷ lệ chung "
            "dưới mức cho biết ít nhất một nhóm chưa đạt.",
            "Shares of groups (men, women) of which it is the share of all. Where a rule asks each group, a share of "
            "all below the threshold says that one of them fails.",
        ),
    ),
)
TOLD = Keys(
    "told",
    "Điều đã biết về số liệu, kèm nguồn.",
    "Something that is known about a fact, and from where.",
    (
        Key("vi", TEXT, "Nội dung bằng tiếng Việt.", "What is known, in Vietnamese.", required=True),
        Key("en", TEXT, "Nội dung bằng tiếng Anh, nếu có.", "What is known, in English, where that is said."),
        evolve(EVIDENCE, required=True),
        Key("source", TEXT, "Nơi đã đọc: địa chỉ web hoặc tên văn bản.", "Where it was read.", required=True),
    ),
)
EARLIER = Keys(
    "earlier",
    "Số liệu này là giá trị của số liệu khác vào một năm trước năm đánh giá.",
    "That a fact is what another one was some years before the year of the assessment.",
    (
        Key("fact", FACT, "Số liệu của năm đánh giá.", "The fact of the year itself.", required=True),
        Key("years", WHOLE, "Trước năm đánh giá mấy năm.", "How many years before.", required=True),
    ),
)
FACT_ENTRY = Keys(
    "fact",
    "Một số liệu của danh mục.",
    "A fact of the catalogue.",
    (
        Key("title", TITLE, "Tên của số liệu.", "What it is called.", required=True),
        Key(
            "type",
            values_of(FactType),
            "Loại: tỷ lệ phần trăm, số, số lượng, có/không, bậc hoặc phân loại.",
            "What its values are: percentages, numbers, counts, yes or no, ordered levels or categories.",
            required=True,
        ),
        Key(
            "unit",
            TEXT,
            "Đơn vị tính: một khóa của `measures`; bắt buộc với `number` và `count`.",
            "The unit: a key of `measures`; needed by `number` and `count`.",
        ),
        Key(
            "minimum",
            NUMBER,
            "Giá trị nhỏ nhất; không ghi thì với `percent` và `count` là 0.",
            "The least value; 0 for `percent` and `count` where it is left out.",
        ),
        Key(
            "maximum",
            NUMBER,
            "Giá trị lớn nhất; không ghi thì với `percent` là 100.",
            "The greatest value; 100 for `percent` where it is left out.",
        ),
        Key(
            "decimals",
            Choice(tuple(str(n) for n in range(MAX_DECIMALS + 1))),
            "Số chữ số thập phân nhiều nhất; không ghi thì là 2, với `count` là 0.",
            "The most digits after the point; 2 where it is left out, 0 for `count`.",
        ),
        Key(
            "direction",
            values_of(Direction),
            "Chiều tốt hơn: `more` là càng cao càng tốt, `less` là càng thấp càng tốt; không ghi thì là `neither`.",
            "Which way is better; `neither` where it is left out.",
        ),
        Key(
            "levels",
            _TITLES,
            "Các bậc của `ordinal`, xếp từ kém nhất đến tốt nhất.",
            "The levels of an `ordinal`, from the worst to the best.",
        ),
        Key("values", _TITLES, "Các giá trị của `category`.", "The values of a `category`."),
        Key(
            "ratio",
            RATIO,
            "Hai số liệu mà từ đó tỷ lệ được tính chính xác.",
            "The facts from which it follows exactly where both are given.",
        ),
        Key(
            "undecided",
            FACT,
            "Số lượng chưa xác định, mà số liệu còn có thể tăng thêm.",
            "A count of what is not decided, by which the fact may still grow.",
        ),
        Key(
            "consistency",
            CONSISTENCY,
            "Quan hệ với số liệu khác; số liệu trái với quan hệ này bị từ chối.",
            "What it has to be to other facts; figures that contradict it are refused.",
        ),
        Key(
            "earlier",
            EARLIER,
            "Số liệu là giá trị của số liệu nào, trước năm đánh giá mấy năm.",
            "Of which fact it is the value of an earlier year, and of how many years before.",
        ),
        Key("definition", TOLD, "Định nghĩa, nếu biết.", "What it is exactly, where that is known."),
        Key("counting", TOLD, "Cách tính, nếu biết.", "How it is counted, where that is known."),
        Key("guidance", TOLD, "Văn bản hướng dẫn, nếu biết.", "The document that says so, where that is known."),
        Key("period", TOLD, "Kỳ số liệu, nếu biết.", "Of which period it is, where that is known."),
        Key("agency", TITLE, "Cơ quan cung cấp, nếu biết.", "Who reports it, where that is known."),
        Key(
            "merge",
            values_of(Merge),
            "Cách tính cho đơn vị sau sáp nhập: `sum` là cộng lại, `least` là lấy giá trị nhỏ nhất, `any` là có nếu "
            "một đơn vị cũ có, `same` là khi các đơn vị cũ giống nhau, `none` là không tính được.",
            "How the fact of a merged unit follows from those of the old ones: `sum`, `least`, `any` (yes where one "
            "is), `same` (where all agree) or `none`; left out where that goes without saying.",
        ),
        NOTE,
    ),
)
FACTS_FILE = Keys(
    "facts",
    "Danh mục số liệu của một cấp.",
    "The fact catalogue of a level.",
    (
        Key("level", TEXT, "Cấp.", "The level."),
        _OWNER,
        Key("facts", ByKey("id of the fact", FACT_ENTRY), "Các số liệu.", "The facts.", required=True),
    ),
)

PLAUSIBLE_ENTRY = Keys(
    "plausible-figure",
    "Khoảng thường gặp của một số liệu.",
    "What a figure usually is.",
    (
        Key("from", NUMBER, "Từ, theo đơn vị tính của số liệu.", "From, in the unit of the fact.", required=True),
        Key("to", NUMBER, "Đến.", "To.", required=True),
        Key("reason", TITLE, "Lý do.", "Why.", required=True),
        Key(
            "per",
            FACT,
            "Khoảng này tính bình quân trên một đơn vị của số liệu ghi ở đây, ví dụ số người trên một hộ.",
            "The span is of so many for each of this fact, such as people for each household.",
        ),
    ),
)
PLAUSIBLE_FILE = Keys(
    "plausible",
    "Khoảng thường gặp của số liệu; không phải quy định, chỉ để nhắc khi số liệu khó có thể đúng.",
    "What figures usually are: no law, only for warnings.",
    (
        Key("author", TEXT, "Ai đưa ra các khoảng này.", "Who thinks so.", required=True),
        Key("plausible", ByKey("id of the fact", PLAUSIBLE_ENTRY), "Các khoảng.", "The spans.", required=True),
        NOTE,
    ),
)

# -- provinces ---------------------------------------------------------------------------------

PROVINCE_ENTRY = Keys(
    "province",
    "Một tỉnh trong một khoảng thời gian.",
    "A province in a span of time.",
    (
        Key(
            "id",
            TEXT,
            "Mã tỉnh; cùng một mã có thể được ghi nhiều lần với thời gian khác nhau.",
            "Its id; the same one may stand several times with other dates.",
            required=True,
        ),
        Key("title", TITLE, "Tên tỉnh.", "What it is called.", required=True),
        Key(
            "city",
            FLAG,
            "`true`: thành phố trực thuộc trung ương, được gọi là thành phố chứ không phải tỉnh.",
            "`true`: a city of the central government, called a city and not a province.",
        ),
        Key(
            "region",
            TEXT,
            "Vùng: một khóa của `regions`; không ghi khi các phần thuộc nhiều vùng.",
            "A key of `regions`; left out where its parts lie in several.",
        ),
        FROM,
        TO,
        Key("successor", PROVINCE, "Tỉnh kế thừa sau sáp nhập.", "The province that it has become a part of."),
        Key("merged_from", ListOf(PROVINCE), "Các tỉnh được sáp nhập.", "The provinces that it was made of."),
        Key(
            "overlay",
            Choice(("unknown",)),
            "`unknown`: tỉnh có quy định riêng nhưng chưa tìm được văn bản.",
            "`unknown`: it has a set of its own whose instrument was not found.",
        ),
        Key(
            "unwritten",
            ListOf(RULESET),
            "Các bộ tiêu chí riêng được biết là có nhưng chưa nhập.",
            "Sets that do not exist nationally and that it is known to have.",
        ),
        NOTE,
    ),
)
PROVINCES_FILE = Keys(
    "provinces",
    "Danh mục vùng và tỉnh.",
    "Regions and provinces. Evidence, confidence and note tell how the list as a whole was checked.",
    (
        Key("regions", ByKey("id of the region", TITLE), "Các vùng.", "The regions."),
        Key("provinces", ListOf(PROVINCE_ENTRY), "Các tỉnh.", "The provinces.", required=True),
        EVIDENCE,
        CONFIDENCE,
        NOTE,
    ),
)

# -- lists of units ----------------------------------------------------------------------------

LIST_FILE = Keys(
    "list",
    "Danh sách xã theo quyết định: mã xã cho biết xã thuộc loại nào (phân vùng của tỉnh, khu vực I, II, III).",
    "A list of communes by decision: the code of a commune says of which class it is (zones of a province, areas).",
    (
        Key(
            "list",
            FACT,
            "Số liệu loại `category` mà danh sách xác định, ví dụ area_class.",
            "The `category` that it decides, such as area_class.",
            required=True,
        ),
        Key(
            "province",
            PROVINCE,
            "Tỉnh có danh sách; không ghi khi danh sách áp dụng cho cả nước.",
            "The province that has it; left out where it is for the whole country.",
        ),
        Key("instrument", INSTRUMENT, "Văn bản ban hành danh sách.", "The decision.", required=True),
        Key("in_force", IN_FORCE, "Thời gian có hiệu lực.", "When it is in force."),
        Key(
            "units_of",
            DATE,
            "Ngày của danh mục hành chính chứa các mã xã: sau sáp nhập 01/07/2025 nhiều mã được dùng lại.",
            "The day whose register has the codes: after the mergers of 01/07/2025 many were used again.",
            required=True,
        ),
        Key(
            "classes",
            ByKey("value of the fact", OneOf((Choice(("pending",)), ListOf(CODE)))),
            "Mã các xã (5 chữ số, đặt trong dấu nháy) của từng loại; `pending` khi chưa chép danh sách.",
            "The codes (five digits, in quotes) of the communes of each class; `pending` where nobody has copied them.",
            required=True,
        ),
        Key(
            "complete",
            FLAG,
            "`true`: mọi xã của tỉnh đều có trong danh sách; xã không có trong danh sách luôn là chưa xác định.",
            "`true`: every commune of the province is in it, which is checked; one that is not is never taken to be "
            "of some class.",
        ),
        evolve(EVIDENCE, required=True),
        CONFIDENCE,
        SOURCE,
        SOURCES,
        NOTE,
    ),
)

# -- plans and mergers -------------------------------------------------------------------------

SPAN = Keys(
    "span",
    "Khoảng giá trị.",
    "A span of numbers.",
    (
        Key("from", NUMBER, "Từ.", "The lower end.", required=True),
        Key("to", NUMBER, "Đến.", "The upper end.", required=True),
    ),
)
TARGET = Keys(
    "target",
    "Một mục tiêu.",
    "A target of a tier.",
    (
        Key("total", NUMBER, "Tổng số đơn vị đạt đến cuối năm.", "How many units are to meet the tier in all."),
        Key("new", NUMBER, "Số đơn vị đạt thêm trong năm.", "How many units are to be added in the year."),
        Key("share", NUMBER, "Tỷ lệ đơn vị đạt, tính bằng phần trăm.", "The percentage of the units."),
        Key(
            "average",
            OneOf((NUMBER, SPAN)),
            "Số tiêu chí bình quân đạt trên một đơn vị.",
            "How many criteria a unit is to meet on the average.",
        ),
        Key(
            "out_of",
            WHOLE,
            "Tổng số đơn vị khi lập kế hoạch.",
            "How many units there were when the plan was made.",
            beside="total",
        ),
        *KNOWN,
    ),
    (("total", "new", "share", "average"),),
)
FIGURE = Keys(
    "figure",
    "Một chỉ tiêu khác của kế hoạch cho toàn tỉnh; chỉ để hiển thị.",
    "Another number of the plan, for the whole province; shown, never computed.",
    (
        Key("title", TITLE, "Tên chỉ tiêu.", "What it is about.", required=True),
        Key("unit", TEXT, "Đơn vị tính: một khóa của `measures`.", "A key of `measures`.", required=True),
        Key("at_least", NUMBER, "Từ mức này trở lên.", "This much or more."),
        Key("more_than", NUMBER, "Trên mức này.", "More than this."),
        Key("at_most", NUMBER, "Không quá mức này.", "This much or less."),
        Key("less_than", NUMBER, "Dưới mức này.", "Less than this."),
        *KNOWN,
    ),
    (("at_least", "more_than", "at_most", "less_than"),),
)
TARGETS_FILE = Keys(
    "targets",
    "Kế hoạch năm của tỉnh.",
    "What a province plans for a year.",
    (
        Key("targets", PROVINCE, "Tỉnh.", "The province.", required=True),
        Key("year", YEAR, "Năm kế hoạch.", "The year.", required=True),
        Key("title", TITLE, "Tên kế hoạch.", "What the plan is called.", required=True),
        Key("instrument", INSTRUMENT, "Văn bản, nếu tìm được.", "The instrument; left out where it was not found."),
        SOURCES,
        NOTE,
        Key(
            "tiers",
            ByKey("id of a ruleset", ListOf(TARGET)),
            "Mục tiêu theo bộ tiêu chí; mỗi loại mục tiêu ghi một lần.",
            "The targets of each ruleset, at most one of each kind.",
            required=True,
        ),
        Key("figures", ListOf(FIGURE), "Các chỉ tiêu khác của kế hoạch.", "Other numbers of the plan."),
    ),
)
MERGERS_FILE = Keys(
    "mergers",
    "Quy định của tỉnh về kết quả công nhận khi sáp nhập đơn vị.",
    "What a province has declared to become of recognitions when units are merged.",
    (
        Key("mergers", PROVINCE, "Tỉnh.", "The province.", required=True),
        Key(
            "policy",
            values_of(MergerPolicy),
            "`weakest`: lấy theo mức thấp nhất của các đơn vị cũ; `restart`: không tính tiếp; `carry-on`: giữ nguyên.",
            "`weakest`: what the weakest predecessor was; `restart`: nothing; `carry-on`: what they were.",
            required=True,
        ),
        evolve(FROM, vi="Ngày sáp nhập.", en="The day of the mergers that it is about.", required=True),
        evolve(EVIDENCE, required=True),
        Key("source", TEXT, "Nơi đã đọc quy định.", "Where it was read.", required=True),
        NOTE,
    ),
)
