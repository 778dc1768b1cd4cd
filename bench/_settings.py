"""The product's settings for a measured server: no limits a minute, and one bare view beside everything else."""

from exchange.settings import *  # noqa: F403

ROOT_URLCONF = "bench._urls"
API_LIMITS = {"reads": 10**9, "writes": 10**9}
