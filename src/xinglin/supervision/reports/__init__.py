"""What is printed about the law: the rule book, from the papers and from the specifications that run as tests."""
