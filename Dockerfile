# The image of the workers and of the service that creates the topics: Python, the pinned packages, the checkout's code.
FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 INTAKE_DATA_DIR=/tmp/tonggwan
WORKDIR /app

# Before the code, so that a change of the code doesn't install them again.
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.txt

COPY schemas schemas
COPY reference reference
COPY conformance conformance
COPY agents agents
COPY streams streams
RUN python -m compileall -q .

USER 10001:10001
ENTRYPOINT ["python", "-m", "streams"]
CMD ["worker"]
