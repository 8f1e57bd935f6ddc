"""WHAT BRINGS THE EVENT LOG UP TO WHAT WAS TOLD: acknowledged events, decisions and what came of them; and fewer files of it."""
