"""Settings: what the operator decides. What an institution decides is data; what the law decides is rules."""

import os
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import gettext_lazy
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from xinglin.hospital.config import environment as env
from xinglin.hospital.config import postgres
from xinglin.hospital.config.paths import CHECKOUT, knowledge_home, state_home

# SECRETS: made at first use in the state folder, or given by the environment.

SECRET_KEY = env.secret(state_home(), "session", 50).hex()
XINGLIN_VAULT_KEY = env.secret(state_home(), "vault")  # encrypts identity numbers and private keys at rest
XINGLIN_JOURNAL_KEY = env.secret(state_home(), "journal")  # signs the journal's checkpoints
XINGLIN_TEMPLATE_KEY = env.secret(
    state_home(), "template_key"
)  # wraps the keys of faces and voices, apart from the vault
XINGLIN_HOSPITAL_KEY = env.secret(state_home(), "hospital")  # the hospital's own Ed25519 key

# THE INSTALLATION

XINGLIN_STATE_HOME = state_home()
XINGLIN_TEMPLATE_KEYS = Path(env.text("XINGLIN_TEMPLATE_KEYS", str(state_home() / "keys" / "templates")))
XINGLIN_KNOWLEDGE = knowledge_home()
XINGLIN_DEMO = env.flag("XINGLIN_DEMO")
DEBUG = env.flag("XINGLIN_DEBUG")
XINGLIN_STREAM_PORT = env.number("XINGLIN_STREAM_PORT", env.number("PORT", 8000) + 1)
XINGLIN_STREAM_URL = env.text("XINGLIN_STREAM_URL", "")  # empty: the page's own host on the stream's port
# The video visit. Without its parts, or with the port 0, there is no media process and pages offer text alone.
XINGLIN_MEDIA_PORT = env.number("XINGLIN_MEDIA_PORT", env.number("PORT", 8000) + 2)
XINGLIN_MEDIA_URL = env.text("XINGLIN_MEDIA_URL", "")  # empty: the page's own host on the media port
XINGLIN_MEDIA_HOME = state_home() / "media"  # sealed recordings
XINGLIN_RECORDING_KEY = env.secret(state_home(), "recording")  # opens recordings; apart from the database
XINGLIN_VIDEO = XINGLIN_MEDIA_PORT != 0 and find_spec("aiortc") is not None
XINGLIN_LIVE_RECORD = env.text("XINGLIN_LIVE_RECORD", "policy")  # policy (where the fund pays) or always
XINGLIN_ICE_SERVERS = env.text("XINGLIN_ICE_SERVERS", "")  # stun:host:port and turn:host:port, by commas
XINGLIN_TURN_SECRET = env.text("XINGLIN_TURN_SECRET", "")  # shared with coturn: static-auth-secret
XINGLIN_ICE_LOOPBACK = env.flag(
    "XINGLIN_ICE_LOOPBACK", env.text("HOST", "127.0.0.1") in {"127.0.0.1", "::1", "localhost"}
)
XINGLIN_PUBLIC_URL = env.text("XINGLIN_PUBLIC_URL", "http://localhost:8000")  # stands in certificates
XINGLIN_TSA_URL = env.text("XINGLIN_TSA_URL", "")  # empty: the hospital's own timestamps
XINGLIN_TSA_ROOT = env.text("XINGLIN_TSA_ROOT", "")
XINGLIN_LLM_URL = env.text("XINGLIN_LLM_URL", "")  # empty: no language model; nothing is ever sent
XINGLIN_LLM_MODEL = env.text("XINGLIN_LLM_MODEL", "")
XINGLIN_LLM_KEY = env.text("XINGLIN_LLM_KEY", "")
XINGLIN_LLM_SECONDS = env.number("XINGLIN_LLM_SECONDS", 30)
XINGLIN_LLM_OUTSIDE = env.flag("XINGLIN_LLM_OUTSIDE")
ALLOWED_HOSTS = env.text("XINGLIN_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
if env.text("HOST", "127.0.0.1") in {"0.0.0.0", "::"} and "XINGLIN_HOSTS" not in os.environ:
    ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = [origin for origin in env.text("XINGLIN_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth lists passkeys with it
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "xinglin.hospital.kernel",
    "xinglin.hospital.config",
]
# The modules of the hospital, bottom to top; each is an app when its folder has one.
MODULES = (
    "terminology ledger oversight decision_support identity insurance "
    "consultation pharmacy settlement regulator interop"
    " api web demo"
)
INSTALLED_APPS += [
    f"xinglin.hospital.{module}"
    for module in MODULES.split()
    if (CHECKOUT / "src" / "xinglin" / "hospital" / module / "apps.py").exists()
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "xinglin.hospital.web.shared.middleware.Edge",
    "xinglin.hospital.web.identity.second_factor.SecondFactorFirst",
]

WEB = CHECKOUT / "src" / "xinglin" / "hospital" / "web"  # each folder there has its own templates and static files
ROOT_URLCONF = "xinglin.hospital.config.urls"
WSGI_APPLICATION = "xinglin.hospital.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted(WEB.glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xinglin.hospital.web.shared.context.page",
            ],
        },
    },
]

# THE DATABASE


def _database(url: str) -> dict[str, object]:
    """One entry of DATABASES for a PostgreSQL address; extra parameters of the address become options."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise SystemExit("DATABASE_URL must begin with postgresql://, for example postgresql://user@host:5432/xinglin")
    try:
        parts: dict[str, object] = dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        raise SystemExit(f"DATABASE_URL is not a PostgreSQL address: {error}") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "xinglin"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": parts,
    }


DATABASES = {
    "default": {
        **_database(postgres.database_url()),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# PEOPLE AT THE DOOR

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "xinglin.hospital.web.identity.adapters.AccountAdapter"
MFA_ADAPTER = "xinglin.hospital.web.identity.adapters.MFAAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Xinglin"
MFA_TOTP_TOLERANCE = 1  # phones are a little early or late
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://localhost; behind TLS this changes nothing
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("XINGLIN_TLS")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# WORDS AND TIME

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", gettext_lazy("Simplified Chinese")), ("en", gettext_lazy("English"))]
LANGUAGE_COOKIE_NAME = "xinglin_language"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# STATIC FILES

STATIC_URL = "/static/"
STATICFILES_DIRS = sorted(WEB.glob("*/static"))
STATIC_ROOT = None  # WhiteNoise serves the files where they stand; nothing is collected.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_ON_APP_READY = "xinglin.hospital.config.wiring.on_jobs_ready"

# Logs hold codes and ids, never what a patient said or who a patient is.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("XINGLIN_LOG", "WARNING")},
}
