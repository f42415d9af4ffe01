"""The window and its panels, and the words and looks they share.

How a window is composed (see `main_window.MainWindow`):

    theme = Theme(application, resources / "styles" / "window.qss", choice=settings.text("theme"))
    window = MainWindow(
        desk,
        map_factory=lambda parent: MapWidget(picture=desk.picture, ..., parent=parent),
        theme=theme,
        preferences=settings,          # services.settings.Settings
        layout=QSettings(...),         # anything with value(key, default) and setValue(key, value)
        kinds=kinds,
        symbols=symbols,
        dialogs=dialogs,               # ports.Dialogs
        base_maps=library,             # services.maps.MapLibrary
        places=places,                 # services.places.Places
        centre=session,                # services.centre_session.CentreSession
        models=models,                 # services.training_models.TrainingModels
        exercises=exercises,           # makes and opens runs
        place=None,                    # of the exercise that the window sits in
    )
    window.closed.connect(...)         # the window has let the desk go; the desk may be closed now

One `Theme` serves the whole program. A window shows one desk for its whole life: another workspace is
another window. The window never closes the desk.
"""
