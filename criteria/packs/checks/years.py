"""Which sets would judge the same units in the same year."""


def years_meet(one: dict, other: dict) -> bool:
    """Whether two sets would both judge some kind of unit in some year, and neither gives way to the other.

    A province's own set stands in for the whole country's there, a town's for both. A later version of the same code
    takes over from one without a last year. Examples and law meet only once both are published
    (`services.publish` asks that).
    """
    if one["programme"] != other["programme"] or not set(one["unit_kinds"]) & set(other["unit_kinds"]):
        return False
    if (one["province_code"], one["place_code"]) != (other["province_code"], other["place_code"]):
        return False
    if one["code"] == other["code"]:
        older, newer = sorted((one, other), key=lambda row: row["version"])
        return newer["first_year"] <= (older["last_year"] or older["first_year"])
    ends = [content["last_year"] or 9999 for content in (one, other)]
    return one["first_year"] <= ends[1] and other["first_year"] <= ends[0]
