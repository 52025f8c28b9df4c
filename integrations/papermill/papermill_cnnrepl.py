"""Writes papermill's parameters in the language of the cnnrepl kernel."""

import math
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


class CNNTranslator(Translator):
    """Values as literals: `let epochs = 3`."""

    _definition = re.compile(
        r"^\s*(?:let|var)\s+(?P<name>[A-Za-z_]\w*)\s*(?::\s*(?P<type>[^=]+?))?\s*=\s*(?P<value>.*?)\s*;?\s*"
        r"(?://\s*(?P<help>.*))?$"
    )

    @classmethod
    def translate_none(cls, val):
        return "nil"

    @classmethod
    def translate_bool(cls, val):
        return "true" if val else "false"

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "(0.0 / 0.0)"
        if math.isinf(val):
            return "(1.0 / 0.0)" if val > 0 else "(-1.0 / 0.0)"
        return repr(float(val))

    @classmethod
    def translate_str(cls, val):
        text = str(val)
        for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\0", "\\0")):
            text = text.replace(plain, escaped)
        return f'"{text}"'

    @classmethod
    def translate_list(cls, val):
        return "[" + ", ".join(cls.translate(item) for item in val) + "]"

    @classmethod
    def translate_tuple(cls, val):
        return cls.translate_list(val)

    @classmethod
    def translate_dict(cls, val):
        members = ", ".join(f"{cls.translate_str(key)}: {cls.translate(item)}" for key, item in val.items())
        return f"[{members or ':'}]"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val}"

    @classmethod
    def inspect(cls, parameters_cell):
        found = []
        for line in parameters_cell["source"].splitlines():
            match = cls._definition.match(line)
            if match:
                found.append(
                    Parameter(
                        name=match["name"],
                        inferred_type_name=match["type"] or "None",
                        default=match["value"],
                        help=match["help"] or "",
                    )
                )
        return found


class Engine(NBClientEngine):
    """papermill's own engine: naming it is what makes papermill load this module."""


papermill_translators.register("cnn", CNNTranslator)
