"""Adds many users to the database of a domain controller that is not running: bulk-users.py RUN_CONF SAM_LDB UNIT_DN COUNT."""

import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

DEPARTMENTS = ["Sales", "Finance", "Engineering", "Logistics", "People", "Legal", "Service", "Purchasing"]
# Without batch mode every change copies the indexes it touches, which takes ten times as long with ten thousand users. What goes wrong
# undoes the whole transaction then, as it should.
OPTIONS = ["batch_mode:1", "transaction_index_cache_size:200000"]
# One transaction of all of them would keep every change in memory until its end.
AT_ONCE = 2_000
# NORMAL_ACCOUNT, PASSWD_NOTREQD: nobody signs in as one of them, and making keys of a password is what takes time.
ENABLED_WITHOUT_PASSWORD = "544"


def user(unit: str, realm: str, number: int) -> dict[str, str]:
    account = f"person{number:06d}"
    return {
        "dn": f"CN=Person {number:06d},{unit}",
        "objectClass": "user",
        "sAMAccountName": account,
        "userPrincipalName": f"{account}@{realm}",
        "displayName": f"Person {number:06d}",
        "givenName": "Person",
        "sn": f"{number:06d}",
        "mail": f"{account}@{realm}",
        "department": DEPARTMENTS[number % len(DEPARTMENTS)],
        "title": "Employee",
        "userAccountControl": ENABLED_WITHOUT_PASSWORD,
    }


def main() -> None:
    configuration, database, unit, count = sys.argv[1:]
    parameters = LoadParm()
    parameters.load(configuration)
    samdb = SamDB(url=database, session_info=system_session(), lp=parameters, options=OPTIONS)
    realm = parameters.get("realm").lower()
    for start in range(1, int(count) + 1, AT_ONCE):
        samdb.transaction_start()
        try:
            for number in range(start, min(start + AT_ONCE, int(count) + 1)):
                samdb.add(user(unit, realm, number))
        except BaseException:
            samdb.transaction_cancel()
            raise
        samdb.transaction_commit()


main()
