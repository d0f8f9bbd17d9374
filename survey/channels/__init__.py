"""Channels beside the questionnaire: reviews, tickets, chats, calls, posts, visits, interviews, tables of figures."""
