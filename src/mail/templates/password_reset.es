{% block subject %}Una contraseña nueva para {{ clinic }}{% endblock %}
{% block lead %}Alguien, probablemente usted, pidió una contraseña nueva para el área del personal de {{ clinic }}.{% endblock %}
{% block action %}Elegir una contraseña nueva{% endblock %}
{% block note %}El enlace funciona una sola vez, hasta el {{ until }}. Si no fue usted, no haga nada: su contraseña no ha
cambiado.{% endblock %}
