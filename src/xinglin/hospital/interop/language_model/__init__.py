"""The language model, where one is configured: any server that speaks OpenAI's chat completions over HTTP."""
