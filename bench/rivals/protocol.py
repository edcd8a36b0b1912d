"""The contender's half of ../protocol.ts, for those written in Python."""

import argparse
import json
import resource
import sys
import time


def parse_settings():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--network", required=True)
    parser.add_argument("--size", type=int)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--traced", action="store_true")
    # Where a step is many small operations, a second thread may take more time than it saves.
    parser.add_argument("--one-thread", action="store_true")
    settings = parser.parse_args()
    if settings.one_thread:
        settings.threads = 1
    return settings


def say(message):
    print(json.dumps(message), flush=True)


def serve(ready, work_per_step, step):
    """Says what is ready, then computes rounds until the input ends; a step gives its loss, or another number that must be finite."""
    say({"ready": ready})
    for line in sys.stdin:
        milliseconds = float(line.split()[1])
        steps = 0
        begin = time.perf_counter()
        while steps == 0 or seconds * 1000 < milliseconds:
            result = step()
            if not abs(result) < float("inf"):
                sys.exit(f"step {steps + 1} gave {result}, not a finite number")
            steps += 1
            seconds = time.perf_counter() - begin
        say({"steps": steps, "seconds": seconds, "work": steps * work_per_step, "peakBytes": peak_bytes()})


def peak_bytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
