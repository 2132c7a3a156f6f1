"""Where the services find each other, and how they log."""

import logging
import os
import sys

stock_port = int(os.environ.get("STOCK_PORT", "5000"))
warehouse_url = os.environ.get("WAREHOUSE_URL", "http://127.0.0.1:3001")
redis_url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s %(message)s")
