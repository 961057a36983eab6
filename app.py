"""The door of ``streamlit run app.py``: it knows an app by this assignment; what the app is made of is the package."""

import streamlit as st

from sempre_geo.site.app import parts

app = st.App(**parts())
