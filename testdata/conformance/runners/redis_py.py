#!/usr/bin/env python3
"""Holds the parsers of redis-py 4 to the vectors, for check.py:

    check.py reply redis_py.py python     its own parser
    check.py reply redis_py.py hiredis    that of hiredis-py
"""
import json, sys, types

import hiredis
from redis.connection import Encoder, PythonParser
from redis.exceptions import RedisError


class Ended(Exception):
    """The input has no more bytes."""


def python(wire):
    """Yields the replies in wire, and raises Ended behind them."""
    data = [wire]

    def recv(size):
        if not data:
            raise Ended
        return data.pop()

    def recv_into(buffer):
        raise Ended

    parser = PythonParser(65536)
    encoder = Encoder("latin-1", "strict", False)
    sock = types.SimpleNamespace(recv=recv, recv_into=recv_into, close=lambda: None, settimeout=lambda t: None)
    parser.on_connect(types.SimpleNamespace(_sock=sock, socket_timeout=None, encoder=encoder))
    while True:
        yield parser.read_response()


def of_hiredis(wire):
    """Yields the replies in wire, and raises Ended behind them."""
    reader = hiredis.Reader()
    reader.feed(wire)
    while True:
        reply = reader.gets()
        if reply is False:
            raise Ended
        yield reply


def value(reply):
    if reply is None:
        return {"t": "null"}
    if isinstance(reply, bytes):
        return {"t": "string", "s": reply.decode("latin-1")}
    if isinstance(reply, int):
        return {"t": "int", "i": str(reply)}
    if isinstance(reply, list):
        return {"t": "array", "v": [value(element) for element in reply]}
    if isinstance(reply, (RedisError, hiredis.HiredisError)):
        return {"t": "err"}
    return {"t": type(reply).__name__}


def parse(parser, wire):
    values = []
    try:
        for reply in parser(wire):
            values.append(value(reply))
    except Ended:
        return {"values": values}
    except Exception:
        return {"values": values, "error": ""}


def result(parser, wire):
    got = parse(parser, wire)
    # Neither parser tells whether it is inside a reply. A reply that is put behind the
    # input comes out of it alone, if the input is whole.
    probe = parse(parser, wire + b":4711\r\n")
    if "error" not in got and probe != {"values": got["values"] + [{"t": "int", "i": "4711"}]}:
        got["incomplete"] = True
    return got


parser = {"python": python, "hiredis": of_hiredis}[sys.argv[1]]
for line in sys.stdin:
    print(json.dumps(result(parser, bytes.fromhex(line))), flush=True)
