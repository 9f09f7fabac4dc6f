#!/bin/sh
# Runs a task of deno.json as the server of pnl_stream.service runs: with its user, settings and folders,
# beside it or without it. As root: deploy/systemd_task.sh keys list
exec systemd-run --quiet --pipe --collect \
  --property=DynamicUser=yes \
  --property=User=pnl-stream \
  --property=StateDirectory=pnl-stream \
  --property=LogsDirectory=pnl-stream \
  --property=CacheDirectory=pnl-stream \
  --property=WorkingDirectory=/opt/pnl-stream \
  --property=EnvironmentFile=/etc/pnl-stream/env \
  --property="Environment=DENO_DIR=/var/cache/pnl-stream DENO_NO_UPDATE_CHECK=1 NO_COLOR=1" \
  --property=UMask=0077 \
  /usr/bin/env PNL_DATA_DIR=/var/lib/pnl-stream LOG_DIR=/var/log/pnl-stream /usr/local/bin/deno task -q "$@"
