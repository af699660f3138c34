"""Training of one trial: plain PyTorch that knows neither Ray nor MLflow."""
