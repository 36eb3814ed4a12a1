{% block subject %}Se cerró una sesión suya en {{ clinic }}{% endblock %}
{% block lead %}El {{ at }} una clave de su sesión en el área del personal de {{ clinic }} se presentó por segunda vez. Eso
puede significar que fue copiada, así que la sesión se cerró.{% endblock %}
{% block action %}{% endblock %}
{% block note %}Inicie sesión de nuevo para continuar. Si no se lo explica, cambie su contraseña y avise a una persona
propietaria del área del personal.{% endblock %}
