{% block subject %}Un inicio de sesión desde un dispositivo nuevo en {{ clinic }}{% endblock %}
{% block lead %}Alguien inició sesión en su cuenta del área del personal de {{ clinic }} el {{ at }}, desde un dispositivo
que no se había visto antes: {{ device }}, dirección de red {{ address }}.{% endblock %}
{% block action %}{% endblock %}
{% block note %}Si fue usted, no hay nada que hacer. Si no, cambie enseguida su contraseña y avise a una persona
propietaria del área del personal.{% endblock %}
