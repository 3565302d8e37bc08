"""HTTP/1.1 for broadcasts: kept-alive connections that take a request as bytes and cost little."""
