"""What opens pages and servers: tiles, the servers behind them, `make check`."""
