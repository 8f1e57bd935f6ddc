"""WHO WILL LEAVE: the question, the members and blends that compete, and what corrects them; `purchase` reads its other side."""
