"""Writes one-device rings: swift-rings.py DIRECTORY account=PORT container=PORT object=PORT.

swift-ring-builder does the same with nine starts of Python; this takes one.
"""
import sys

from swift.common.ring import RingBuilder

directory = sys.argv[1]
for pair in sys.argv[2:]:
    name, port = pair.split("=")
    builder = RingBuilder(4, 1, 1)
    builder.add_dev(
        {
            "id": 0,
            "region": 1,
            "zone": 1,
            "ip": "127.0.0.1",
            "port": int(port),
            "replication_ip": "127.0.0.1",
            "replication_port": int(port),
            "device": "d1",
            "weight": 1.0,
            "meta": "",
        }
    )
    builder.rebalance(seed="lab")
    builder.get_ring().save("%s/%s.ring.gz" % (directory, name))
