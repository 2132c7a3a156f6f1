"""The stock: Flask takes the reservations of the shop and leaves them to Celery."""

import logging
import signal
import sys

from flask import Flask, request
from waitress import serve

import settings
from tasks import reserve

logger = logging.getLogger("stock")
app = Flask(__name__)


@app.post("/reservations")
def add_reservation():
    order = request.get_json()
    logger.info("reservation received", extra=order)
    reserve.delay(order)
    return {"orderId": order["orderId"]}, 202


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    logger.info("stock is up")
    serve(app, listen=f"127.0.0.1:{settings.stock_port}", threads=8)
