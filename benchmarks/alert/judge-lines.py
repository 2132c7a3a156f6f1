"""<kind> <file>: feeds the lines of a file to a rule class of ElastAlert2, and prints what it told and the CPU it took.

What its main loop does between a query and an alert: the timestamp of a hit becomes a datetime, hits go to add_data in batches, and old
data is dropped behind each. The query that Elasticsearch would answer is the condition below.
"""
import json
import sys
import time
from datetime import timedelta
from itertools import islice

from elastalert.ruletypes import BlacklistRule, FrequencyRule
from elastalert.util import ts_to_dt

IN_BATCH = 500


def make_rule(kind):
    common = {"timestamp_field": "@timestamp", "query_key": "service"}
    if kind == "block-list":
        return BlacklistRule({**common, "compare_key": "reason", "blacklist": ["declined"]})
    return FrequencyRule({**common, "num_events": 3, "timeframe": timedelta(minutes=5)})


def judge(kind, path):
    rule, records = make_rule(kind), 0
    with open(path, "rb") as lines:
        while batch := list(islice(lines, IN_BATCH)):
            events = [json.loads(line) for line in batch]
            records += len(events)
            hits = [event for event in events if event["status"] == 500 and "payment_failed" in event["message"]]
            last = ts_to_dt(events[-1]["@timestamp"])
            for hit in hits:
                hit["@timestamp"] = ts_to_dt(hit["@timestamp"])
            if hits:
                rule.add_data(hits)
            rule.garbage_collect(last)
    return records, rule.matches


kind, path = sys.argv[1:]
judge(kind, path)
began = time.process_time()
records, matches = judge(kind, path)
cpu = time.process_time() - began
services = sorted({match["service"] for match in matches})
print(json.dumps({"records": records, "cpuUs": cpu * 1e6, "alerts": len(matches), "services": services}))
