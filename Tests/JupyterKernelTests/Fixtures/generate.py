"""Writes messages.json: requests as jupyter_client puts them on the wire, with the frames as hexadecimal text.

Run it with a Python that has jupyter_client: python generate.py > messages.json
"""

import datetime
import json

from jupyter_client.session import Session

REQUESTS = [
    ("kernel_info_request", {}),
    ("execute_request", {"code": "1 + 1", "silent": False, "store_history": True, "user_expressions": {}}),
    ("execute_request", {"code": 'print("h\u00e9llo \U0001f600 \u4e16\u754c")\r\n', "allow_stdin": True, "stop_on_error": False}),
    ("execute_request", {"code": "\u0000\u001f\u007f\u2028\\\"/", "user_expressions": {"a": "1", "": "2"}}),
    ("complete_request", {"code": "pri", "cursor_pos": 3}),
    ("inspect_request", {"code": "Conv(", "cursor_pos": 5, "detail_level": 1}),
    ("is_complete_request", {"code": "func f() {"}),
    ("history_request", {"hist_access_type": "search", "pattern": "*", "n": 3, "unique": True, "raw": True, "output": False}),
    ("comm_info_request", {"target_name": "jupyter.widget"}),
    ("comm_open", {"comm_id": "c", "target_name": "t", "data": {"x": [1, 2.5, None, True]}}),
    ("comm_msg", {"comm_id": "c", "data": {"method": "update", "state": {"value": -1e-7}}}),
    ("comm_close", {"comm_id": "c", "data": {}}),
    ("interrupt_request", {}),
    ("shutdown_request", {"restart": True}),
    ("input_reply", {"value": "Noether", "status": "ok"}),
    ("create_subshell_request", {}),
    ("debug_request", {"seq": 1, "type": "request", "command": "debugInfo", "arguments": {}}),
    ("usage_request", {}),
    ("connect_request", {}),
    ("execute_request", {"code": "x" * 5_000, "nested": [[[[{"deep": [{}]}]]]], "large": 9_007_199_254_740_993}),
]  # fmt: skip


def main():
    golden = []
    for number, (kind, content) in enumerate(REQUESTS):
        scheme = ("hmac-sha256", "hmac-sha512")[number % 2]
        key = b"" if number % 5 == 4 else b"a key of 3 words"
        session = Session(key=key, signature_scheme=scheme, session="the-session", username="user")
        message = session.msg(kind, content)
        message["header"]["msg_id"] = message["msg_id"] = f"id-{number}"
        message["header"]["date"] = datetime.datetime(2026, 1, 2, 3, 4, 5, number, datetime.timezone.utc)
        if number % 3 == 0:
            message["parent_header"] = {"msg_id": "parent", "msg_type": "execute_request", "unknown": [number]}
        buffers = [bytes(range(256)), b"", b"<IDS|MSG>"][: number % 4]
        frames = session.serialize(message, ident=[b"client", b"\x00\xff"][: number % 3]) + buffers
        golden.append(
            {
                "scheme": scheme, "key": key.decode(), "type": kind, "id": f"id-{number}", "content": content,
                "identities": number % 3, "buffers": len(buffers), "frames": [frame.hex() for frame in frames],
            }
        )  # fmt: skip
    print(json.dumps(golden, indent=1))


if __name__ == "__main__":
    main()
