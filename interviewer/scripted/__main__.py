"""`python -m interviewer.scripted --port 8000`: a server without a model behind it."""

from interviewer.scripted.server import main

main()
