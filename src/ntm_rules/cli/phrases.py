"""What the command line itself says in its output, in both languages, by name."""

from collections.abc import Mapping, Sequence

from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Grade
from ntm_rules.words.phrases import PHRASES
from ntm_rules.words.sentences import grade_title

_SAY: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "unit": "Đơn vị",
        "outcome": "Kết quả",
        "met": "Đạt",
        "not_met": "Chưa đạt",
        "undetermined": "Chưa đủ căn cứ",
        "of_criteria": "{met}/{total} tiêu chí",
        "of_grade": "{count} tiêu chí {grade}",
        "with_grade": "{outcome}; {grade}",
        "with_possible": "{outcome}; chưa rõ có {grade} hay không",
        "thereof": "trong đó {grade}",
        "or": " hay ",
        "head_not_met": "Chưa đạt:",
        "head_missing": "Chưa đủ căn cứ để kết luận:",
        "head_open": "Chưa có mức quy định để so sánh (xem cuối danh sách): {numbers}",
        "foot_open": "Các chỉ tiêu chưa có mức quy định để so sánh:",
        "foot_provisional": (
            "(*) Kết quả tạm thời: còn dựa trên mức chưa đối chiếu văn bản gốc, "
            "hoặc trên văn bản chưa được đọc toàn văn."
        ),
        "nothing": "Không có chỉ tiêu nào chưa đạt hoặc chưa đủ căn cứ.",
        "provisional": "tạm thời",
        "on": "Áp dụng ngày {on}, số liệu năm {year}",
        "province": "tỉnh {province}",
        "territory": "địa bàn {province} (cũ)",
        "minimum": "chỉ dùng mức có độ tin cậy từ: {level}",
        "based_on": "Căn cứ: {layers}",
        "dated": "{number} ngày {date}",
        "dated_year": "{number} ({date})",
        "partly": "{layer} (chưa đọc toàn văn)",
        "unknown": "bộ tiêu chí riêng của tỉnh (chưa tìm được văn bản)",
        "hash": "Mã nội dung: {hash}",
        "warning": "Cảnh báo: {message}",
        "note": "Ghi chú: {message}",
        "no": "Số",
        "title": "Nội dung",
        "asked": "Yêu cầu",
        "evidence": "Độ tin cậy",
        "blame": "Văn bản",
        "ruleset": "Bộ tiêu chí",
        "period": "Giai đoạn",
        "in_force": "Hiệu lực",
        "instrument": "Văn bản",
        "name": "Tên",
        "province_head": "Tỉnh",
        "own_sets": "Bộ tiêu chí riêng của các tỉnh:",
        "no_overlay": "Có bộ tiêu chí riêng nhưng chưa tìm được văn bản: {provinces}",
        "unwritten": "Có bộ tiêu chí mà trung ương không ban hành, chưa tìm được văn bản: {provinces}",
        "plans": "Kế hoạch có mục tiêu: {plans}",
        "from_to": "{start} đến {end}",
        "from": "từ {start}",
        "column": "cột {column}",
        "official": "đã đối chiếu",
        "secondary": "nguồn thứ cấp",
        "recalled": "theo trí nhớ",
        "pending": "chưa có",
        "todo_recalled": "ghi theo trí nhớ, cần đối chiếu với văn bản",
        "todo_pending": "chưa có, cần chép từ văn bản",
        "cells": "{count} ô",
        "value": "Mức đang ghi",
        "where": "Cột",
        "registry": (
            "Danh mục tỉnh (vùng của từng tỉnh, sáp nhập năm 2025) cũng ghi theo trí nhớ, "
            "chưa đối chiếu với văn bản nào."
        ),
        "see_cells": "Để xem từng ô: ntm-rules evidence BỘ_TIÊU_CHÍ --period GIAI_ĐOẠN [--province TỈNH]",
        "applies_if": "Điều kiện áp dụng: {answer}",
        "applies_met": "thuộc diện áp dụng",
        "applies_not_met": "không thuộc diện áp dụng",
        "applies_undetermined": "chưa rõ",
        "applies_not_applicable": "không thuộc diện áp dụng",
        "column_why": "{column} (do {why})",
        "any": "một trong các nội dung",
        "all": "tất cả các nội dung",
        "at_least_n": "ít nhất {k} trong {n} nội dung, đã đạt {met}",
        "not": "không được có",
    },
    "en": {
        "unit": "Unit",
        "outcome": "Outcome",
        "met": "Met",
        "not_met": "Not met",
        "undetermined": "Undetermined",
        "of_criteria": "{met}/{total} criteria",
        "of_grade": "{count} criteria {grade}",
        "with_grade": "{outcome}; {grade}",
        "with_possible": "{outcome}; not known whether {grade}",
        "thereof": "of these {grade}",
        "or": " or ",
        "head_not_met": "Not met:",
        "head_missing": "Undetermined:",
        "head_open": "No value to compare with (see the end of the list): {numbers}",
        "foot_open": "Indicators without a value to compare with:",
        "foot_provisional": (
            "(*) Provisional: rests on a value not checked against the official text, "
            "or on an instrument not read whole."
        ),
        "nothing": "No indicator is unmet or undetermined.",
        "provisional": "provisional",
        "on": "In force on {on}, figures of {year}",
        "province": "province {province}",
        "territory": "territory of former {province}",
        "minimum": "only values with evidence of at least: {level}",
        "based_on": "Based on: {layers}",
        "dated": "{number} of {date}",
        "dated_year": "{number} ({date})",
        "partly": "{layer} (not read whole)",
        "unknown": "the province's own set (instrument not found)",
        "hash": "Content hash: {hash}",
        "warning": "Warning: {message}",
        "note": "Note: {message}",
        "no": "No.",
        "title": "Title",
        "asked": "Requirement",
        "evidence": "Evidence",
        "blame": "Instrument",
        "ruleset": "Ruleset",
        "period": "Period",
        "in_force": "In force",
        "instrument": "Instrument",
        "name": "Title",
        "province_head": "Province",
        "own_sets": "Sets of provinces:",
        "no_overlay": "Have a set of their own whose instrument was not found: {provinces}",
        "unwritten": "Have a set that does not exist nationally, whose instrument was not found: {provinces}",
        "plans": "Plans with targets: {plans}",
        "from_to": "{start} to {end}",
        "from": "from {start}",
        "column": "column {column}",
        "official": "official",
        "secondary": "secondary",
        "recalled": "recalled",
        "pending": "pending",
        "todo_recalled": "from memory, to be checked against the instrument",
        "todo_pending": "missing, to be copied from the instrument",
        "cells": "{count} cells",
        "value": "Value on file",
        "where": "Column",
        "registry": (
            "The province registry (the region of each province, the mergers of 2025) is from memory too "
            "and was not checked against any instrument."
        ),
        "see_cells": "For the cells: ntm-rules evidence RULESET --period PERIOD [--province PROVINCE]",
        "applies_if": "Applies: {answer}",
        "applies_met": "yes",
        "applies_not_met": "no",
        "applies_undetermined": "not known",
        "applies_not_applicable": "no",
        "column_why": "{column} (since {why})",
        "any": "one of",
        "all": "all of",
        "at_least_n": "at least {k} of {n}, {met} met",
        "not": "must not hold",
    },
}


def say(lang: str, name: str, **values: object) -> str:
    """A phrase of the command line with its values put in."""
    return _SAY[lang][name].format(**values)


def outcome_word(lang: str, code: str) -> str:
    """An outcome in words, as the reasons word it."""
    return PHRASES[lang][code]


def graded_word(lang: str, outcome: Outcome, grade: Grade | None, possible: Sequence[Grade]) -> str:
    """An outcome in words, with the grade of what is not met, or the grades that it may have."""
    word = outcome_word(lang, outcome.code)
    if grade is not None:
        return say(lang, "with_grade", outcome=word, grade=grade_title(lang, grade))
    if outcome is Outcome.NOT_MET and possible:
        titles = say(lang, "or").join(grade_title(lang, g) for g in possible)
        return say(lang, "with_possible", outcome=word, grade=titles)
    return word
