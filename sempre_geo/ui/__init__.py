"""The Streamlit pages: ask, call one use case, show."""
