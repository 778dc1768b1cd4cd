"""A standing that changes what the book shows of its maker changes the maker's books."""

from django.db import migrations

WRITE = """
CREATE FUNCTION reputation_note_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM offers_note_maker(NEW.account_id);
    RETURN NULL;
END $$;
CREATE TRIGGER reputation_note_standing AFTER INSERT OR UPDATE OF finished, abandoned ON reputation_standing
    FOR EACH ROW EXECUTE FUNCTION reputation_note_standing();
"""
FORGET = """
DROP TRIGGER reputation_note_standing ON reputation_standing;
DROP FUNCTION reputation_note_standing;
"""


class Migration(migrations.Migration):
    """The trigger; its function for a maker is of the offers."""

    dependencies = [("reputation", "0002_write_standings"), ("offers", "0004_book_changes")]

    operations = [migrations.RunSQL(WRITE, FORGET)]
