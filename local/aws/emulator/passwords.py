"""GetPasswordData as EC2 answers it: the administrator's password, encrypted with the public key of the instance's key pair."""

import base64
import secrets
import string

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from moto.ec2.models.instances import Instance
from moto.ec2.models.windows import WindowsBackend

PASSWORD_CHARACTERS = string.ascii_letters + string.digits + "!?.,-_+*"


def extend() -> None:
    def get_password_data(self: WindowsBackend, instance_id: str) -> str:
        instance = self.get_instance(instance_id)
        key_pair = self.key_pairs.get(instance.key_name)
        if instance.platform != "windows" or key_pair is None:
            return ""
        public_key = load_ssh_public_key(key_pair.material_public)
        return base64.b64encode(public_key.encrypt(password_of(instance).encode(), PKCS1v15())).decode()

    WindowsBackend.get_password_data = get_password_data


def password_of(instance: Instance) -> str:
    """The password is generated at the first request and stays the same."""
    if not hasattr(instance, "stack_password"):
        instance.stack_password = "".join(secrets.choice(PASSWORD_CHARACTERS) for _ in range(32))
    return instance.stack_password
