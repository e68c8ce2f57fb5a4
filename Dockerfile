# The image of the workers and of the service that creates the topics: Python, the pinned libraries, the wheel.
FROM python:3.11.14-slim-bookworm AS build

WORKDIR /source
COPY requirements-build.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements-build.txt
COPY . .
RUN python -m hatchling build --target wheel --directory /dist

FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 INTAKE_DATA_DIR=/tmp/tonggwan
WORKDIR /app

# Before the wheel, so that a change of the code doesn't install them again.
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
COPY --from=build /dist/*.whl /tmp/
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps /tmp/*.whl && rm /tmp/*.whl

USER 10001:10001
ENTRYPOINT ["tonggwan"]
CMD ["worker"]
