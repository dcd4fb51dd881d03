"""How people reach Dateline. Here is the command line; it holds no logic of answering."""
