"""Texts about units and acts, in both languages, by name."""

from collections.abc import Mapping

VI: Mapping[str, str] = {
    # levels
    "village": "thôn",
    "commune": "xã",
    "township": "thị trấn",
    "ward": "phường",
    "town": "thị xã, thành phố",
    "district": "huyện",
    "special-district": "huyện không có đơn vị hành chính cấp xã",
    "province": "tỉnh",
    # how a unit of a level is called
    "named_village": "Thôn {name}",
    "named_commune": "Xã {name}",
    "named_township": "Thị trấn {name}",
    "named_ward": "Phường {name}",
    "named_town": "{name} (thị xã, thành phố)",
    "named_district": "Huyện {name}",
    "named_special-district": "Huyện {name}",
    "named_province": "{name} (tỉnh, thành phố)",
    # causes below
    "below": "{unit}: {outcome}",
    "below_set": "{unit}: {title}: {outcome} ({met}/{total} tiêu chí)",
    "below_value": "{unit}: {value}",
    "below_missing": "{unit}: chưa có số liệu",
    # finding beside act
    "finding": "kết quả rà soát: {outcome} ({met}/{total} tiêu chí)",
    "no_act": "chưa có quyết định công nhận",
    "act_recognised": "đã được công nhận{by} ngày {date}",
    "act_withdrawn": "đã bị thu hồi quyết định công nhận{by} ngày {date}",
    "by": " theo Quyết định số {number}",
    "consistent": "kết quả rà soát phù hợp với tình trạng công nhận",
    "act_without_finding": "đã được công nhận nhưng kết quả rà soát là chưa đạt; quyết định công nhận vẫn có hiệu lực",
    "withdrawal_not_met": "chưa thuộc trường hợp thu hồi quyết định công nhận",
    "withdrawal_undetermined": "chưa đủ căn cứ xác định có thuộc trường hợp thu hồi hay không",
    "finding_without_act": "kết quả rà soát là đạt nhưng chưa được công nhận",
    "due_for_withdrawal": "thuộc trường hợp xét thu hồi quyết định công nhận",
    "out_of_scope": "không còn thuộc đối tượng đánh giá: nay là {level}",
    "undetermined": "kết quả rà soát chưa đủ căn cứ để đối chiếu với tình trạng công nhận",
}

EN: Mapping[str, str] = {
    "village": "village",
    "commune": "commune",
    "township": "township",
    "ward": "ward",
    "town": "town or provincial city",
    "district": "district",
    "special-district": "district without commune-level units",
    "province": "province",
    "named_village": "{name} village",
    "named_commune": "{name} commune",
    "named_township": "{name} township",
    "named_ward": "{name} ward",
    "named_town": "{name} (town or provincial city)",
    "named_district": "{name} district",
    "named_special-district": "{name} district",
    "named_province": "{name} (province)",
    "below": "{unit}: {outcome}",
    "below_set": "{unit}: {title}: {outcome} ({met}/{total} criteria)",
    "below_value": "{unit}: {value}",
    "below_missing": "{unit}: no value reported",
    "finding": "finding: {outcome} ({met}/{total} criteria)",
    "no_act": "no act of recognition",
    "act_recognised": "recognised{by} on {date}",
    "act_withdrawn": "recognition withdrawn{by} on {date}",
    "by": " by {number}",
    "consistent": "the finding fits the recognition",
    "act_without_finding": "recognised, and the finding is not met; the recognition stands",
    "withdrawal_not_met": "the conditions for withdrawal do not hold",
    "withdrawal_undetermined": "whether the conditions for withdrawal hold is undetermined",
    "finding_without_act": "the finding is met, and the unit is not recognised",
    "due_for_withdrawal": "the conditions for withdrawal hold",
    "out_of_scope": "no longer in scope: it is a {level} now",
    "undetermined": "the finding is undetermined and cannot be compared with the recognition",
}

PHRASES: Mapping[str, Mapping[str, str]] = {"vi": VI, "en": EN}


def say(lang: str, key: str, **values: object) -> str:
    """A text by name, with its values."""
    return PHRASES[lang][key].format(**values)
