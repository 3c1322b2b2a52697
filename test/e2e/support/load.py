"""Keeps a link busy: posts empty batches to the sender's Envoy and counts what became of them, as JSON.

usage: load.py SECONDS QUICK SLOW: so many threads each; a slow one takes half a second to send a batch's only byte.
"cut off" is a request on a connection that had been served before; "not taken" one on a connection that never was.
"""

import collections
import http.client
import json
import sys
import threading
import time

END = time.monotonic() + float(sys.argv[1])
HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
    "Content-Length": "1",
}
EMPTY_BATCH = b"\0"
seen = collections.Counter()
lock = threading.Lock()


def post(connection, pause):
    connection.putrequest("POST", "/api/v1/write")
    for name, value in HEADERS.items():
        connection.putheader(name, value)
    connection.endheaders()
    time.sleep(pause)
    connection.send(EMPTY_BATCH)
    response = connection.getresponse()
    response.read()
    return response.status, response.will_close


def work(pause):
    connection, served = None, False
    while time.monotonic() < END:
        try:
            if connection is None:
                connection, served = http.client.HTTPConnection("127.0.0.1", 9091, timeout=30), False
                connection.connect()
            status, closes = post(connection, pause)
            outcome, served = str(status), True
        except ConnectionRefusedError:
            outcome, closes = "refused", True
        except (OSError, http.client.HTTPException):
            outcome, closes = "cut off" if served else "not taken", True
        if closes:
            connection.close()
            connection = None
        with lock:
            seen[outcome] += 1
        # A link's client does not come back at once either; and the machine has other things to do.
        time.sleep(0.01 if outcome == "204" else 0.05)


pauses = [0] * int(sys.argv[2]) + [0.5] * int(sys.argv[3])
threads = [threading.Thread(target=work, args=(pause,)) for pause in pauses]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(seen))
