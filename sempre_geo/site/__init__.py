"""The whole site: Streamlit's pages with the light pages beside them, in one process."""
