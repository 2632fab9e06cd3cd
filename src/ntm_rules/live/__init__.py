"""One unit while its facts arrive one by one: sessions, boards, events."""
