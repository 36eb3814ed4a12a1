{% block subject %}Se cambió su función en {{ clinic }}{% endblock %}
{% block lead %}Su función en el área del personal de {{ clinic }} se cambió el {{ at }}. Ahora es: {{ role }}.{% endblock %}
{% block action %}{% endblock %}
{% block note %}Inicie sesión de nuevo para trabajar con ella. Si esto le sorprende, pregunte a una persona propietaria
del área del personal.{% endblock %}
